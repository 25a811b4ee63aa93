#include "app/cli/cli.h"

namespace jingwei::app::cli {

namespace {

// Words that may follow each command: its own commands and options.
std::vector<std::string> words_of(const CLI::App& command) {
  std::vector<std::string> words;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; }))
    words.push_back(sub->get_name());
  for (const CLI::Option* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

void add_cases(const CLI::App& command, const std::string& path, std::string& cases) {
  cases += "    '" + path + "') words='";
  for (const auto& word : words_of(command)) cases += word + " ";
  cases += "' ;;\n";
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    add_cases(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), cases);
  }
}

// Completes commands and options, and files where neither fits. zsh reads it through bashcompinit.
std::string bash_script(const CLI::App& app) {
  std::string cases;
  add_cases(app, "", cases);
  return "_jingwei() {\n"
         "  local path='' word words i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    word=${COMP_WORDS[i]}\n"
         "    [[ $word == [a-z]* ]] && case \"$path $word\" in\n"
         "      ' init' | ' serve' | ' ingest' | ' region' | ' clean' | ' synonyms' | ' sim' | ' source' | ' "
         "ask' | ' "
         "catalog' | ' "
         "doctor' | ' "
         "backup' | ' restore' | ' "
         "completion') path=$word "
         ";;\n"
         "      'region show' | 'region find' | 'region children' | 'region path' | 'sim city') path=\"$path "
         "$word\" ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$path\" in\n" +
         cases +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -o default -F _jingwei jingwei\n";
}

}  // namespace

void add_completion(CLI::App& app, int& exit_code) {
  auto shell = std::make_shared<std::string>("bash");
  CLI::App* sub = app.add_subcommand("completion", sentence("cli.help.completion"));
  sub->footer(sentence("cli.help.completion_footer"));
  sub->add_option("shell", *shell, sentence("cli.option.shell"))
      ->check(CLI::IsMember({"bash", "zsh"}))
      ->capture_default_str();
  sub->callback([&app, shell, &exit_code] {
    if (*shell == "zsh") std::printf("autoload -U +X bashcompinit && bashcompinit\n");
    std::printf("%s", bash_script(app).c_str());
    exit_code = 0;
  });
}

}  // namespace jingwei::app::cli
