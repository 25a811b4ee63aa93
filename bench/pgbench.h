// The same statements by PostgreSQL's own pgbench on the same schema.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace jingwei::bench {

// Transactions a second of the script file in `seconds`; 0, and what pgbench said on stderr, when it told
// none.
inline double pgbench_per_second(const std::string& uri, const std::string& script, int clients,
                                 double seconds) {
  std::string program = "pgbench";
  if (::access("/usr/lib/postgresql/15/bin/pgbench", X_OK) == 0)
    program = "/usr/lib/postgresql/15/bin/pgbench";
  const std::string command = program + " -n -M prepared -c " + std::to_string(clients) + " -j " +
                              std::to_string(std::min(clients, 2)) + " -T " +
                              std::to_string(std::max(1, static_cast<int>(seconds + 0.5))) + " -f " + script +
                              " '" + uri + "' 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return 0;
  char line[512];
  double rate = 0;
  std::string said;
  while (std::fgets(line, sizeof line, pipe)) {
    std::sscanf(line, "tps = %lf", &rate);
    said += line;
  }
  ::pclose(pipe);
  if (rate == 0) std::fprintf(stderr, "%s\n", said.c_str());
  return rate;
}

}  // namespace jingwei::bench
