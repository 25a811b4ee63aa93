#include "tools/message_source.h"

#include <algorithm>
#include <set>

#include "tools/emit.h"

namespace jingwei::tools {

namespace {

std::set<std::string> placeholders(std::string_view sentence, const schema::YamlNode& where,
                                   Problems& problems) {
  std::set<std::string> names;
  for (std::size_t at = sentence.find('{'); at != std::string_view::npos; at = sentence.find('{', at + 1)) {
    const std::size_t close = sentence.find('}', at);
    const std::string_view name =
        close == std::string_view::npos ? std::string_view() : sentence.substr(at + 1, close - at - 1);
    if (!is_identifier(name)) {
      problems.add(*where.file, where.line, "expected {name} with a lower_case name after `{`");
      return names;
    }
    names.insert(std::string(name));
  }
  return names;
}

bool is_message_id(std::string_view id) {
  return !id.empty() && id.find('.') != std::string_view::npos &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
         });
}

std::string list(const std::set<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "{" : ", {") + name + "}";
  return text.empty() ? "none" : text;
}

}  // namespace

std::vector<MessageSource> read_messages(const SourceFile& file, Problems& problems) {
  auto root = schema::parse_yaml(file.text, file.path);
  if (!root.ok()) {
    problems.add(root.error());
    return {};
  }
  schema::YamlFaults faults;
  std::vector<MessageSource> messages;
  if (root->kind != schema::YamlKind::mapping && root->kind != schema::YamlKind::null)
    faults.add(*root, "yaml.not_mapping");
  for (const auto& pair : root->pairs) {
    if (!is_message_id(pair.key.scalar))
      faults.add_problem(pair.key, "message id `" + pair.key.scalar +
                                       "` must be lower_case words with dots, such as region.not_found");
    schema::YamlMapping entry(pair.value, faults);
    MessageSource message{pair.key.scalar, entry.require_text("zh"), entry.require_text("en")};
    entry.finish();
    if (pair.value.find("zh") != nullptr && pair.value.find("en") != nullptr) {
      if (message.zh.empty() || message.en.empty())
        faults.add_problem(pair.key, "message `" + message.id + "` has an empty sentence");
      const auto zh = placeholders(message.zh, pair.key, problems),
                 en = placeholders(message.en, pair.key, problems);
      if (zh != en) {
        faults.add_problem(pair.key, "message `" + message.id + "` has different placeholders: zh " +
                                         list(zh) + ", en " + list(en));
      }
    }
    messages.push_back(std::move(message));
  }
  problems.add(faults);
  return messages;
}

GeneratedPair generate_messages(const FolderSources& folder, Problems& problems) {
  std::vector<MessageSource> messages;
  for (const auto& file : folder.messages) {
    for (auto& message : read_messages(file, problems)) messages.push_back(std::move(message));
  }
  const std::string space = "jingwei::" + std::string(folder.module_name());
  const std::string note = generated_note(folder.folder + "/messages.yaml");
  GeneratedPair made;
  made.header = note + "#pragma once\n\nnamespace " + space + " {\n\n" +
                "// Adds this folder's sentences to the catalogue (base/messages.h). Call once at start.\n" +
                "void register_messages();\n\n}  // namespace " + space + "\n";
  std::string& source = made.source;
  source = note + "#include \"" + folder.folder +
           "/messages.gen.h\"\n\n#include <array>\n\n#include \"base/messages.h\"\n\n";
  source += "namespace " + space + " {\n\nnamespace {\n\n";
  source += "constexpr std::array<Message, " + std::to_string(messages.size()) + "> sentences = {{\n";
  for (const auto& message : messages) {
    source += "    {" + cpp_literal(message.id) + ",\n     " + cpp_literal(message.zh) + ",\n     " +
              cpp_literal(message.en) + "},\n";
  }
  source +=
      "}};\n\n}  // namespace\n\nvoid register_messages() { add_messages(sentences); }\n\n}  // namespace " +
      space + "\n";
  return made;
}

}  // namespace jingwei::tools
