#include "modules/source/asking/declaration.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "schema/yaml.h"

namespace jingwei::source {

namespace {

using schema::YamlFaults;
using schema::YamlKind;
using schema::YamlMapping;
using schema::YamlNode;

constexpr std::array<std::string_view, 5> answer_types = {"yes_no", "text", "integer", "number", "date"};
constexpr std::array<std::string_view, 7> personal_classes = {"none",    "basic",   "name",  "identifier",
                                                              "contact", "address", "health"};
// The hub sets these itself.
constexpr std::array<std::string_view, 9> own_headers = {"host",       "content-length",  "transfer-encoding",
                                                         "connection", "content-type",    "upgrade",
                                                         "te",         "accept-encoding", "trailer"};
constexpr std::int64_t timeout_ms_otherwise = 3'000;
constexpr std::int64_t per_minute_otherwise = 60;
constexpr std::size_t title_characters = 100;

bool is_name(std::string_view name, char joint) {
  if (name.empty() || name.size() > 64 || !(name.front() >= 'a' && name.front() <= 'z')) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == joint; });
}

// The names in braces; nothing when a brace has no partner.
std::optional<std::vector<std::string>> names_in(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '}') return std::nullopt;
    if (text[at] != '{') continue;
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) return std::nullopt;
    names.emplace_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return names;
}

// The faults of one question, told with its id.
class QuestionReader {
 public:
  QuestionReader(const YamlNode& node, YamlFaults& faults) : mapping_(node, faults), faults_(faults) {}

  Question read() {
    question_.id = mapping_.require_text("id");
    if (!is_name(question_.id, '-')) fault("source.question_bad_id", question_.id);
    question_.title = title_of(mapping_);
    read_answer();
    read_inputs();
    read_call();
    read_headers();
    read_purposes();
    mapping_.finish();
    return std::move(question_);
  }

 private:
  void fault(std::string message, std::string value = {}) {
    fault(mapping_.node(), std::move(message), std::move(value));
  }
  void fault(const YamlNode& node, std::string message, std::string value = {}) {
    faults_.add(node, std::move(message), {{"question", question_.id}, {"value", std::move(value)}});
  }

  Naming title_of(YamlMapping& mapping) {
    Naming title;
    if (const YamlNode* node = mapping.require("title")) {
      YamlMapping both(*node, faults_);
      title = {both.require_text("zh"), both.require_text("en")};
      both.finish();
      for (const auto& one : {title.zh, title.en}) {
        if (text::code_points(one).size() > title_characters) fault(*node, "source.question_title_long");
      }
    }
    return title;
  }

  std::int64_t number(std::string_view key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
    const std::int64_t value = mapping_.integer(key).value_or(otherwise);
    if (value >= least && value <= most) return value;
    faults_.add(mapping_.node(), "source.question_range",
                {{"question", question_.id},
                 {"value", std::string(key)},
                 {"least", std::to_string(least)},
                 {"most", std::to_string(most)}});
    return otherwise;
  }

  void read_answer() {
    const std::string type = mapping_.require_text("answer");
    const auto found = std::find(answer_types.begin(), answer_types.end(), type);
    if (found == answer_types.end()) fault("source.question_bad_answer", type);
    if (found != answer_types.end()) question_.answer = static_cast<AnswerType>(found - answer_types.begin());
    question_.pointer = mapping_.text("pointer").value_or("");
    if (!question_.pointer.empty() && question_.pointer.front() != '/')
      fault("source.question_bad_pointer", question_.pointer);
    question_.yes = mapping_.texts("yes");
    question_.no = mapping_.texts("no");
    const bool mapped = !question_.yes.empty() || !question_.no.empty();
    if (mapped && question_.answer != AnswerType::yes_no) fault("source.question_words_for_yes_no");
    if (!mapped) {
      question_.yes = {"true"};
      question_.no = {"false"};
    }
    if (question_.yes.empty() || question_.no.empty()) fault("source.question_words_missing");
    for (const auto& word : question_.yes) {
      if (std::find(question_.no.begin(), question_.no.end(), word) != question_.no.end())
        fault("source.question_word_twice", word);
    }
  }

  void read_inputs() {
    const YamlNode* node = mapping_.require("inputs");
    if (node == nullptr) return;
    if (node->kind != YamlKind::sequence || node->items.size() > limits::question_inputs) {
      fault(*node, "source.question_inputs", std::to_string(limits::question_inputs));
      return;
    }
    for (const auto& item : node->items) read_input(item);
    const auto subjects = std::count_if(question_.inputs.begin(), question_.inputs.end(),
                                        [](const QuestionInput& input) { return input.subject; });
    if (subjects != 1) fault(*node, "source.question_subject");
  }

  void read_input(const YamlNode& node) {
    YamlMapping mapping(node, faults_);
    QuestionInput input;
    input.name = mapping.require_text("name");
    if (!is_name(input.name, '_') || question_.input(input.name) != nullptr)
      fault(node, "source.question_bad_input", input.name);
    input.title = title_of(mapping);
    input.personal = mapping.require_text("personal");
    if (std::find(personal_classes.begin(), personal_classes.end(), input.personal) == personal_classes.end())
      fault(node, "source.question_bad_class", input.personal);
    input.required = mapping.boolean("required").value_or(true);
    input.subject = mapping.boolean("subject").value_or(false);
    if (input.subject && !input.required) fault(node, "source.question_subject");
    const auto most = static_cast<std::int64_t>(limits::question_input_characters);
    const std::int64_t characters = mapping.integer("max_length").value_or(most);
    if (characters < 1 || characters > most) fault(node, "source.question_bad_length", std::to_string(most));
    input.characters = static_cast<std::size_t>(std::clamp<std::int64_t>(characters, 1, most));
    if (const auto pattern = mapping.text("pattern")) {
      auto compiled = schema::Pattern::compile(*pattern);
      if (compiled) input.pattern = std::move(*compiled);
      if (!compiled) fault(node, "source.question_bad_pattern", *pattern);
    }
    mapping.finish();
    question_.inputs.push_back(std::move(input));
  }

  void read_call() {
    question_.method = mapping_.text("method").value_or("GET");
    if (question_.method != "GET" && question_.method != "POST")
      fault("source.question_bad_method", question_.method);
    question_.path = mapping_.require_text("path");
    const bool plain = std::all_of(question_.path.begin(), question_.path.end(),
                                   [](char c) { return c > ' ' && c < 0x7f && c != '#' && c != '\\'; });
    if (!question_.path.starts_with('/') || question_.path.starts_with("//") || !plain)
      fault("source.question_bad_path", question_.path);
    check_names(question_.path, mapping_.node());
    if (const YamlNode* body = mapping_.get("body")) {
      if (question_.method != "POST") fault(*body, "source.question_body_for_post");
      JsonWriter json;
      write_body(json, *body);
      question_.body = json.take();
    }
    question_.timeout = std::chrono::milliseconds{number("timeout_ms", timeout_ms_otherwise,
                                                         limits::question_time_least.count(),
                                                         limits::question_time_most.count())};
    question_.per_minute = number("per_minute", per_minute_otherwise, 1, limits::questions_a_minute);
  }

  void check_names(std::string_view text, const YamlNode& node) {
    const auto names = names_in(text);
    if (!names) return fault(node, "source.question_braces", std::string(text));
    for (const auto& name : *names) {
      const QuestionInput* input = question_.input(name);
      if (input == nullptr) fault(node, "source.question_unknown_input", name);
    }
  }

  void write_body(JsonWriter& json, const YamlNode& node) {
    switch (node.kind) {
      case YamlKind::null:
        return json.null();
      case YamlKind::scalar: {
        if (!node.quoted) {
          if (const auto truth = yaml_boolean(node)) return json.value(*truth);
          if (const auto whole = yaml_integer(node)) return json.value(*whole);
          if (const auto number = yaml_number(node)) return json.value(*number);
        }
        check_names(node.scalar, node);
        return json.value(node.scalar);
      }
      case YamlKind::sequence:
        json.begin_array();
        for (const auto& item : node.items) write_body(json, item);
        return json.end_array();
      case YamlKind::mapping:
        json.begin_object();
        for (const auto& pair : node.pairs) {
          json.key(pair.key.scalar);
          write_body(json, pair.value);
        }
        return json.end_object();
    }
  }

  void read_headers() {
    const YamlNode* node = mapping_.get("headers");
    if (node == nullptr) return;
    if (node->kind != YamlKind::mapping || node->pairs.size() > limits::question_headers) {
      fault(*node, "source.question_bad_header", "headers");
      return;
    }
    for (const auto& [key, value] : node->pairs) {
      const std::string lower = text::lower_ascii(key.scalar);
      const bool token = !lower.empty() && std::all_of(lower.begin(), lower.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      });
      const bool plain =
          value.kind == YamlKind::scalar &&
          std::all_of(value.scalar.begin(), value.scalar.end(), [](char c) { return c >= ' ' && c < 0x7f; });
      const auto names = names_in(value.scalar);
      const bool own = std::find(own_headers.begin(), own_headers.end(), lower) != own_headers.end();
      const bool secrets =
          names && std::all_of(names->begin(), names->end(), [](const std::string& name) {
            return name.starts_with("secret.") && is_name(std::string_view(name).substr(7), '_');
          });
      if (!token || !plain || own || !secrets) fault(key, "source.question_bad_header", key.scalar);
      question_.headers.emplace_back(key.scalar, value.scalar);
    }
  }

  void read_purposes() {
    const YamlNode* node = mapping_.require("purposes");
    if (node == nullptr) return;
    if (node->kind != YamlKind::mapping || node->pairs.empty() ||
        node->pairs.size() > limits::term_purposes) {
      fault(*node, "source.question_purposes");
      return;
    }
    for (const auto& [key, value] : node->pairs) {
      const auto seconds = schema::yaml_integer(value);
      const bool sound = seconds && *seconds >= 0 && *seconds <= limits::question_cache_most.count();
      if (!is_name(key.scalar, '-')) fault(key, "source.question_purposes");
      if (!sound)
        fault(value, "source.question_cache_seconds", std::to_string(limits::question_cache_most.count()));
      question_.purposes[key.scalar] = std::chrono::seconds{sound ? *seconds : 0};
    }
  }

  YamlMapping mapping_;
  YamlFaults& faults_;
  Question question_;
};

}  // namespace

std::string_view name_of(AnswerType type) {
  return answer_types.at(static_cast<std::size_t>(type));
}

const QuestionInput* Question::input(std::string_view name) const {
  const auto found = std::find_if(inputs.begin(), inputs.end(),
                                  [&](const QuestionInput& input) { return input.name == name; });
  return found == inputs.end() ? nullptr : &*found;
}

const Question* Declaration::find(std::string_view id) const {
  const auto found =
      std::find_if(questions.begin(), questions.end(), [&](const Question& one) { return one.id == id; });
  return found == questions.end() ? nullptr : &*found;
}

std::vector<std::string> Declaration::secret_names() const {
  std::set<std::string> names;
  for (const auto& question : questions) {
    for (const auto& [header, value] : question.headers) {
      for (const auto& name : names_in(value).value_or(std::vector<std::string>())) {
        if (name.starts_with("secret.")) names.insert(name.substr(7));
      }
    }
  }
  return {names.begin(), names.end()};
}

Result<Declaration> parse_declaration(std::string_view yaml) {
  JW_ASSIGN(const YamlNode root,
            schema::parse_yaml(yaml, "questions", {limits::source_setting_bytes, 5'000, 12}));
  YamlFaults faults;
  Declaration declaration;
  if (root.kind != YamlKind::sequence || root.items.empty() || root.items.size() > limits::source_questions) {
    faults.add(root, "source.question_list", {{"most", std::to_string(limits::source_questions)}});
  }
  for (const auto& item : root.items) {
    Question question = QuestionReader(item, faults).read();
    if (declaration.find(question.id) != nullptr)
      faults.add(item, "source.question_bad_id", {{"question", question.id}, {"value", question.id}});
    declaration.questions.push_back(std::move(question));
  }
  if (!faults.empty()) return faults.to_error();
  return declaration;
}

}  // namespace jingwei::source
