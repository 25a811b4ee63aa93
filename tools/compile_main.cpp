// jingwei-compile: the build-time compiler of messages.yaml, sql/, migrations/ and api.yaml.
//
//   jingwei-compile folder <folder> --out <dir>
//   jingwei-compile openapi --out <file.json> [--header <file.gen.h>] <api.yaml>...
//
// Exit codes: 0 done, 1 the input is wrong (file:line: what was expected, on stderr), 2 wrong usage.
#include <cstdio>
#include <string>
#include <vector>

#include "tools/api_generator.h"
#include "tools/emit.h"
#include "tools/message_source.h"
#include "tools/openapi.h"
#include "tools/sql_source.h"

namespace jingwei::tools {

namespace {

int fail(const Problems& problems) {
  std::fputs(problems.to_text().c_str(), stderr);
  return 1;
}

int fail(const Error& error) {
  std::fprintf(stderr, "%s: %s\n", error.field.c_str(), error.message.c_str());
  return 1;
}

// The sentences of YAML faults come from schema/messages.yaml itself: this program runs before they are
// compiled.
void load_sentences() {
  static std::vector<MessageSource> sources;
  static std::vector<Message> messages;
  Problems ignored;
  auto text = read_source(JINGWEI_SOURCE_DIR "/schema/messages.yaml");
  if (!text.ok()) return;
  sources = read_messages(SourceFile{"schema/messages.yaml", *text}, ignored);
  for (const auto& source : sources) messages.push_back(Message{source.id, source.zh, source.en});
  add_messages(messages);
}

Result<void> write_pair(const std::string& stem, const GeneratedPair& made) {
  JW_TRY(write_if_changed(stem + ".gen.h", made.header));
  return write_if_changed(stem + ".gen.cpp", made.source);
}

int compile_folder(const std::string& folder, const std::string& out) {
  auto sources = read_folder(folder);
  if (!sources.ok()) return fail(sources.error());
  Problems problems;
  std::vector<std::pair<std::string, GeneratedPair>> made;
  if (!sources->messages.empty()) made.emplace_back("/messages", generate_messages(*sources, problems));
  if (!sources->sql.empty() || !sources->migrations.empty())
    made.emplace_back("/sql", generate_sql(*sources, problems));
  for (const auto& file : sources->api) {
    const auto module = read_api(file, problems);
    if (module->module != sources->module_name() && problems.empty())
      problems.add(file.path, 1,
                   "`module` must be the folder's name, " + std::string(sources->module_name()));
    if (problems.empty()) made.emplace_back("/api", generate_api(*module, *sources));
  }
  if (!problems.empty()) return fail(problems);
  for (const auto& [stem, pair] : made) {
    if (auto written = write_pair(out + stem, pair); !written.ok()) return fail(written.error());
  }
  return 0;
}

// `header` is empty or ends in generated/<include path>.gen.h.
int compile_openapi(const std::vector<std::string>& files, const std::string& out,
                    const std::string& header) {
  Problems problems;
  std::vector<std::unique_ptr<ApiModule>> modules;
  for (const auto& path : files) {
    auto text = read_source(path);
    if (!text.ok()) return fail(text.error());
    modules.push_back(read_api(SourceFile{path, *std::move(text)}, problems));
  }
  settle_together(modules, problems);
  if (!problems.empty()) return fail(problems);
  const std::string document = generate_openapi(modules);
  if (auto written = write_if_changed(out, document); !written.ok()) return fail(written.error());
  if (header.empty()) return 0;
  constexpr std::string_view marker = "generated/", suffix = ".gen.h";
  const std::size_t at = header.rfind(marker);
  if (at == std::string::npos || !header.ends_with(suffix)) {
    std::fputs("--header must be generated/<path>.gen.h\n", stderr);
    return 2;
  }
  const auto made = generate_openapi_source(document, header.substr(at + marker.size()));
  if (auto written = write_pair(header.substr(0, header.size() - suffix.size()), made); !written.ok())
    return fail(written.error());
  return 0;
}

int usage() {
  std::fputs(
      "usage: jingwei-compile folder <folder> --out <dir>\n"
      "       jingwei-compile openapi --out <file.json> [--header <file.gen.h>] <api.yaml>...\n",
      stderr);
  return 2;
}

int run(const std::vector<std::string>& arguments) {
  std::string out, header;
  std::vector<std::string> words;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    if (arguments[at] == "--out" && at + 1 < arguments.size()) {
      out = arguments[++at];
    } else if (arguments[at] == "--header" && at + 1 < arguments.size()) {
      header = arguments[++at];
    } else {
      words.push_back(arguments[at]);
    }
  }
  load_sentences();
  if (words.size() == 2 && words[0] == "folder" && !out.empty()) return compile_folder(words[1], out);
  if (words.size() >= 2 && words[0] == "openapi" && !out.empty())
    return compile_openapi(std::vector<std::string>(words.begin() + 1, words.end()), out, header);
  return usage();
}

}  // namespace

}  // namespace jingwei::tools

int main(int count, char** values) {
  return jingwei::tools::run(std::vector<std::string>(values + 1, values + count));
}
