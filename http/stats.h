// Figures of a server for Prometheus. Each I/O thread writes a shard of its own; readers add them up.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/route.h"

namespace jingwei::http {

// Written by one thread, read by any.
class Counter {
 public:
  void add(std::uint64_t by) {
    value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  std::uint64_t read() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

inline constexpr std::array<int, 28> counted_statuses{200, 201, 202, 204, 206, 304, 308, 400, 401, 403,
                                                      404, 405, 406, 408, 409, 410, 412, 413, 414, 415,
                                                      421, 429, 431, 500, 501, 503, 504, 507};
inline constexpr std::array<double, 12> latency_bounds_s{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                         0.01,   0.025,   0.05,   0.1,   0.5,    2.5};

struct RouteFigures {
  std::array<Counter, counted_statuses.size() + 1> by_status;  // the last for all others
  std::array<Counter, latency_bounds_s.size() + 1> by_latency;
  Counter latency_ns;
  void count(int status, std::chrono::nanoseconds latency);
};

// One I/O thread's figures.
struct StatsShard {
  explicit StatsShard(std::size_t routes) : routes(routes) {}
  std::vector<RouteFigures> routes;
  Counter bytes_in, bytes_out, connections_accepted, connections_refused;
};

class Stats {
 public:
  // Called by the server at start: names of the routes, in the order of StatsShard::routes.
  void name_routes(std::vector<std::string> names);
  StatsShard& add_shard();

  std::atomic<std::int64_t> connections{0};
  std::atomic<std::int64_t> in_flight{0};  // requests whose answer is not written yet, beyond inline ones
  std::atomic<std::int64_t> streams{0};

  // Prometheus text format 0.0.4. Carries route names, statuses and counts, never addresses or paths.
  std::string prometheus() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<StatsShard>> shards_;
};

}  // namespace jingwei::http
