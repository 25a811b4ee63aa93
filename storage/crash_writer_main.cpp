// Commits Changes until it is killed, and prints the id of each one acknowledged: storage_crash_writer
// embedded|postgres WHERE FIRST
#include <unistd.h>

#include "storage/crash_tables.h"

int main(int count, char** arguments) {
  using namespace jingwei;
  if (count != 4) return 2;
  const std::string kind = arguments[1], where = arguments[2];
  auto opened =
      kind == "embedded" ? storage::open_embedded({.folder = where}) : storage::open_postgres({.uri = where});
  if (!opened || !(*opened)->migrate({&storage::crash::table, 1})) return 1;
  std::atomic<std::int64_t> next = std::stoll(arguments[3]);
  const auto write_on = [&] {
    while (true) {
      const std::int64_t id = next++;
      if (!(*opened)->commit(storage::crash::change_of(id))) continue;
      // One write call a line: lines of several threads do not mix.
      const std::string line = std::to_string(id) + '\n';
      if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
    }
  };
  std::vector<std::thread> pool;
  for (int t = 0; t < 4; ++t) pool.emplace_back(write_on);
  for (auto& thread : pool) thread.join();
}
