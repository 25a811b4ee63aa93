// What a department that gives no copies may be asked: the questions of a source, as its setting `questions`
// says.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/messages.h"
#include "base/result.h"
#include "modules/source/source.h"
#include "schema/pattern.h"

namespace jingwei::source {

enum class AnswerType : std::uint8_t { yes_no, text, integer, number, date };
std::string_view name_of(AnswerType type);

// A name in both languages.
struct Naming {
  std::string zh;
  std::string en;
  const std::string& in(Language language) const { return language == Language::zh ? zh : en; }
};

// One thing the asker states. Texts; blanks at the ends are dropped before anything else looks at them.
struct QuestionInput {
  std::string name;
  Naming title;
  std::string personal;  // class of personal data as in the catalogue: none, identifier, name, …
  bool required = true;
  bool subject = false;  // tells whom the question is about; the audit log keeps its keyed hash
  std::optional<schema::Pattern> pattern;
  std::size_t characters = 0;  // at most
};

struct Question {
  std::string id;
  Naming title;
  AnswerType answer = AnswerType::yes_no;
  std::string method;  // GET or POST
  std::string path;    // "/insured?id={id_number}"; each value is percent-encoded
  std::string body;    // JSON whose texts hold {inputs}; POST only
  std::vector<std::pair<std::string, std::string>> headers;  // values may hold {secret.NAME}
  std::string pointer;                                       // where the answer stands (RFC 6901)
  std::vector<std::string> yes, no;  // words of a yes_no answer; JSON's true and false count as words too
  std::vector<QuestionInput> inputs;
  std::chrono::milliseconds timeout{0};
  std::int64_t per_minute = 0;  // questions that leave the hub
  std::map<std::string, std::chrono::seconds>
      purposes;  // which may ask it, and how long each keeps the answer

  const QuestionInput* input(std::string_view name) const;
};

struct Declaration {
  std::vector<Question> questions;

  const Question* find(std::string_view id) const;
  // Names after `secret.` in the headers, each once, sorted.
  std::vector<std::string> secret_names() const;
};

// Reads the questions from YAML (or JSON): a list with id, title, answer, method, path, body, headers,
// pointer, yes, no, inputs, timeout_ms, per_minute, purposes. docs/operations/sources.md describes each.
// Errors: invalid, telling every fault with its place.
Result<Declaration> parse_declaration(std::string_view yaml);

// What one question sends: no secrets stand in it yet but in `headers`.
struct QuestionCall {
  std::string method;
  std::string target;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// The inputs as asked, trimmed, in the order of the declaration; those left empty are dropped.
// Errors: invalid with one cause per input at fault, never with its value.
Result<Settings> check_inputs(const Question& question, const Settings& given);
// `inputs` as check_inputs gave them; `base` is the path of the source's address.
QuestionCall call_of(const Question& question, std::string_view base, const Settings& inputs,
                     const Settings& secrets);

// An http or https address without user, query and fragment.
struct Address {
  bool tls = false;
  std::string host;
  std::uint16_t port = 0;
  std::string path;  // without a slash at its end; often empty
};
// Errors: invalid "source.bad_address".
Result<Address> parse_address(std::string_view address);

}  // namespace jingwei::source
