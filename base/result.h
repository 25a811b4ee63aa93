// Results of operations that may go wrong in normal life. Branch on the code, show the message.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace jingwei {

// What kind of thing went wrong. http/ maps each to one status in one table; the CLI maps each to one exit
// code.
enum class ErrorCode : std::uint8_t {
  invalid,  // the input breaks a rule that its sender can mend
  unauthenticated,
  denied,
  not_found,
  gone,      // was there, has been withdrawn or has lapsed
  conflict,  // somebody else changed it first, or a unique value is taken
  stale,     // the caller's If-Match or cursor names an older version
  too_large,
  unsupported,  // media type, encoding, format or method we do not take
  not_acceptable,
  rate_limited,
  unavailable,  // a part we need is down or draining; try again
  exhausted,    // disk, memory or quota is used up
  cancelled,
  timeout,
  corrupt,   // stored bytes fail their check
  internal,  // our own fault
};

// Name of the code as it stands in JSON, such as "not_found".
std::string_view name_of(ErrorCode code);

// One thing that went wrong, told so that a person can act on it.
//
// `message` is an id in the message catalogues (modules/*/messages.yaml, e.g. "region.not_found"), never a
// sentence; `arguments` fill its {placeholders}. `field` names the input at fault as a JSON pointer or a
// parameter name, or is empty. `detail` is for logs and never holds personal data.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::vector<std::pair<std::string, std::string>> arguments;
  std::string field;
  std::string detail;
  std::vector<Error> causes;  // further errors of the same input, for forms with several bad fields

  Error() = default;
  Error(ErrorCode code_, std::string message_) : code(code_), message(std::move(message_)) {}

  Error&& with(std::string name, std::string value) && {
    arguments.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
  Error&& at(std::string field_) && {
    field = std::move(field_);
    return std::move(*this);
  }
  Error&& because(std::string detail_) && {
    detail = std::move(detail_);
    return std::move(*this);
  }

  // One line for logs: code, message id, field and detail.
  std::string to_log() const;
};

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

// For our own bugs only; never reachable from input. Active in every build.
#define JW_ASSERT(expression) \
  (static_cast<bool>(expression) ? void(0) : ::jingwei::assertion_failed(#expression, __FILE__, __LINE__))

// A value or an Error. Reading the wrong one is our bug and stops the process.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    JW_ASSERT(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    JW_ASSERT(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    JW_ASSERT(ok());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    JW_ASSERT(!ok());
    return std::get<1>(state_);
  }
  Error&& error() && {
    JW_ASSERT(!ok());
    return std::get<1>(std::move(state_));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const& {
    JW_ASSERT(error_);
    return *error_;
  }
  Error&& error() && {
    JW_ASSERT(error_);
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

// Returns the error of `expression` from the enclosing function.
#define JW_TRY(expression)                                                                               \
  do {                                                                                                   \
    if (auto jw_try_result = (expression); !jw_try_result.ok()) return std::move(jw_try_result).error(); \
  } while (false)

#define JW_CONCAT_INNER(a, b) a##b
#define JW_CONCAT(a, b) JW_CONCAT_INNER(a, b)

// JW_ASSIGN(auto x, f()): x is the value of f(), or the enclosing function returns its error.
#define JW_ASSIGN(declaration, expression) \
  JW_ASSIGN_INNER(declaration, expression, JW_CONCAT(jw_assign_, __LINE__))
#define JW_ASSIGN_INNER(declaration, expression, name) \
  auto name = (expression);                            \
  if (!name.ok()) return std::move(name).error();      \
  declaration = std::move(name).value()

}  // namespace jingwei
