// What generated routes do by hand-written code: query and path parameters → typed members of a request
// struct.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "schema/json_reader.h"

namespace jingwei::schema {

enum class In : std::uint8_t { path, query };

// One parameter of an operation, as api.yaml declares it.
struct Parameter {
  std::string name;
  In in = In::query;
  std::size_t position = 0;  // of its placeholder, for path parameters
  bool required = false;
  std::optional<std::string> default_text;  // checked by jingwei-compile
  const Type* type = nullptr;
};

enum class KeyNeed : std::uint8_t { optional, required };

// Reads one request's parameters. Collects every fault; the caller asks `error()` once, after all reads.
//
// Query strings are application/x-www-form-urlencoded (percent escapes, + is a space). Unknown and repeated
// parameters are faults (schema.parameter_unknown, schema.parameter_repeated). Path values come decoded.
// Views must outlive the reader. One thread.
class RequestReader {
 public:
  static constexpr std::size_t most_parameters = 32;

  RequestReader(std::span<const Parameter> parameters, std::string_view query,
                std::span<const std::string_view> path);

  // Reads parameter number `index` into a member: plain when it is required or has a default, else optional.
  void read(std::size_t index, std::string& into);
  void read(std::size_t index, std::int64_t& into);
  void read(std::size_t index, double& into);
  void read(std::size_t index, bool& into);
  void read(std::size_t index, Day& into);
  void read(std::size_t index, Instant& into);
  template <typename T>
  void read(std::size_t index, std::optional<T>& into) {
    if (!given(index)) return;
    into.emplace();
    read(index, *into);
  }

  // The Idempotency-Key header: 1 to 128 visible ASCII characters (schema.bad_idempotency_key).
  void read_key(std::string_view header, KeyNeed need, std::optional<std::string>& into);
  // The JSON body; faults carry JSON pointers.
  void read_body(const Type& type, std::string_view body, std::size_t most_bytes, Datum& into);

  // Everything that was wrong, or nothing. invalid (or too_large for a body), with causes.
  std::optional<Error> error() const;

 private:
  bool given(std::size_t index) const { return given_[index]; }
  std::string_view raw(std::size_t index);
  void read_query(std::string_view query);
  bool decode(std::string_view text, std::string_view& into);
  void fault(std::string_view parameter, Error error);
  void take(std::size_t index, std::optional<Error> bad);

  std::span<const Parameter> parameters_;
  std::array<std::string_view, most_parameters> values_{};
  std::array<bool, most_parameters> given_{};
  std::vector<std::unique_ptr<std::string>> decoded_;
  std::vector<Error> faults_;
  std::optional<Error> body_error_;
};

}  // namespace jingwei::schema
