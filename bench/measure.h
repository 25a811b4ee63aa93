// What the benchmarks share: time, medians, shares, memory, and one JSON line a figure, its peer beside it.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace jingwei::bench {

using Steady = std::chrono::steady_clock;

inline double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

// Of values that are there.
inline double at_share(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}
inline double median(std::vector<double> values) {
  return at_share(std::move(values), 0.5);
}

// The most this process has held.
inline double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

[[noreturn]] inline void give_up(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}
template <typename T>
T must(Result<T> result) {
  if (!result) give_up(result.error().to_log());
  return std::move(result).value();
}
inline void must(const Result<void>& result) {
  if (!result) give_up(result.error().to_log());
}

// What a peer reached in the same run; 0: there is none.
struct Peer {
  const char* name = "";
  double value = 0;
};

// One line; `ratio` as the caller means it, and how much was measured where that has a name ("rows").
inline void print_figure(const char* bench, const std::string& metric, const char* unit, double value,
                         const char* peer = nullptr, double peer_value = 0, double ratio = 0,
                         const char* size_name = nullptr, std::size_t size = 0) {
  JsonWriter json;
  json.begin_object();
  json.member("bench", bench);
  json.member("metric", metric);
  json.member("value", value);
  json.member("unit", unit);
  if (size_name != nullptr) json.member(size_name, size);
  if (peer != nullptr) {
    json.member("peer", peer);
    json.member("peer_value", peer_value);
    json.member("ratio", ratio);
  }
  json.end_object();
  std::printf("%s\n", json.text().c_str());
  std::fflush(stdout);
}

// Prints the figures of one benchmark. `size` is how much was measured: "rows", "records", …
class Reporter {
 public:
  Reporter(const char* bench, const char* size_name) : bench_(bench), size_name_(size_name) {}

  void operator()(const std::string& metric, double value, const char* unit, std::size_t size,
                  Peer peer = {}) const {
    const bool beside = peer.value > 0;
    print_figure(bench_, metric, unit, value, beside ? peer.name : nullptr, peer.value,
                 beside ? value / peer.value : 0, size_name_, size);
  }

 private:
  const char* bench_;
  const char* size_name_;
};

}  // namespace jingwei::bench
