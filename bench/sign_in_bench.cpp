// Claim: who guesses logins learns nothing from how long an answer takes: a login nobody has is refused as
// slowly as a wrong password of one that somebody has. sign_in_bench [tries of each, 60]; JSON lines out:
// medians of interleaved tries, and the middle half of each around it, since the two have to lie inside each
// other's.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "base/json.h"
#include "modules/identity/identity_service.h"
#include "modules/identity/sql.gen.h"
#include "modules/region/region_testing.h"
#include "storage/sql.gen.h"
#include "storage/temporary_folder.h"

namespace {

using namespace jingwei;
using SteadyClock = std::chrono::steady_clock;

template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "sign_in_bench: %s\n", result.error().to_log().c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

void report(const char* metric, std::vector<double> times_ms) {
  std::sort(times_ms.begin(), times_ms.end());
  JsonWriter json;
  json.begin_object();
  json.member("bench", "sign_in");
  json.member("metric", metric);
  json.member("value", times_ms[times_ms.size() / 2]);
  json.member("unit", "ms");
  json.member("quarter", times_ms[times_ms.size() / 4]);
  json.member("three_quarters", times_ms[times_ms.size() * 3 / 4]);
  json.end_object();
  std::printf("%s\n", json.text().c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const int tries = argc > 1 ? std::atoi(argv[1]) : 60;
  SystemClock clock;
  storage::TemporaryFolder folder;
  storage::EmbeddedOptions options;
  options.folder = folder.path();
  options.clock = &clock;
  auto store = must(storage::open_embedded(options));
  std::vector<storage::Migration> steps;
  for (const auto migrations : {storage::sql::migrations(), identity::sql::migrations()})
    steps.insert(steps.end(), migrations.begin(), migrations.end());
  must(store->migrate(steps));
  const auto sealer = storage::plain_sealer();
  region::Regions regions{region::testing::sample_file(), nullptr};
  identity::IdentityService service(
      {*store, regions, *sealer, clock, [] { return RegionId(); }, "bench", folder.path()});
  must(service.open());
  identity::NewAccount wanted;
  wanted.name = "王敏";
  wanted.password = "three quiet streets";
  std::vector<double> known, unknown;
  for (int turn = 0; turn < tries; ++turn) {
    // Each from a place of its own, so that none is made to wait.
    const std::string number = std::to_string(turn),
                      place = "10.0." + std::to_string(turn / 250) + "." + std::to_string(turn % 250);
    wanted.login = "member." + number;
    must(service.accounts().create(wanted, {"bench"}));
    const auto time = [&](const std::string& login, std::vector<double>& times) {
      const auto begin = SteadyClock::now();
      const auto tried =
          service.sign_in().by_password({login, "not the password", ""}, {place, "", "bench", Language::en});
      times.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count());
      if (tried || tried.error().message != "identity.wrong_password") std::exit(1);
    };
    time("member." + number, known);
    time("nobody." + number, unknown);
  }
  report("wrong_password", known);
  report("unknown_login", unknown);
}
