// The two storages behind one name, for tests that touch data: TYPED_TEST_SUITE(Suite, testing::Backends).
#pragma once

#include <gtest/gtest.h>

#include "storage/postgres/test_server.h"
#include "storage/store.h"
#include "storage/temporary_folder.h"

namespace jingwei::testing {

// A Backend is one empty database: `missing()` says why it cannot run here (empty when it can), `open` gives
// a Store on it, again after the earlier one was closed, and, where `shared`, beside it.
struct EmbeddedBackend {
  static constexpr bool shared = false;
  static std::string missing() { return {}; }
  Result<std::unique_ptr<storage::Store>> open(const Clock& clock) {
    return storage::open_embedded({.folder = folder(), .clock = &clock, .vfs = {}});
  }
  std::string folder() const { return place.path() + "/data"; }
  std::string settings_store() const { return "embedded"; }
  storage::TemporaryFolder place;
};

struct PostgresBackend {
  static constexpr bool shared = true;
  static std::string missing() { return storage::TestServer::missing(); }
  Result<std::unique_ptr<storage::Store>> open(const Clock& clock) {
    return storage::open_postgres({.uri = uri, .clock = &clock, .writers = 2, .readers = 4});
  }
  std::string folder() const { return place.path() + "/data"; }
  std::string settings_store() const { return uri; }
  storage::TemporaryFolder place;
  std::string uri = storage::TestServer::instance().fresh_uri();
};

// The same, where every new record of a load goes packed into a slice, however few there are.
template <typename Backend>
struct Packed : Backend {
  static constexpr std::size_t packed_rows_least = 1;
};

struct BackendNames {
  template <typename Backend>
  static std::string GetName(int) {
    const std::string name = std::is_base_of_v<EmbeddedBackend, Backend> ? "Embedded" : "Postgres";
    if constexpr (requires { Backend::packed_rows_least; }) return name + "Packed";
    return name;
  }
};

using Backends = ::testing::Types<EmbeddedBackend, PostgresBackend>;
using PackingBackends =
    ::testing::Types<EmbeddedBackend, PostgresBackend, Packed<EmbeddedBackend>, Packed<PostgresBackend>>;

// The value, or a failed test that says what went wrong.
template <typename T>
T must(Result<T> result) {
  if (!result.ok()) {
    ADD_FAILURE() << result.error().to_log();
    throw std::runtime_error(result.error().to_log());
  }
  return std::move(result).value();
}
inline void must(const Result<void>& result) {
  if (!result.ok()) {
    ADD_FAILURE() << result.error().to_log();
    throw std::runtime_error(result.error().to_log());
  }
}

}  // namespace jingwei::testing
