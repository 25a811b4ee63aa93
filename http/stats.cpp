#include "http/stats.h"

#include <fmt/format.h>

#include <iterator>

namespace jingwei::http {

void RouteFigures::count(int status, std::chrono::nanoseconds latency) {
  std::size_t s = 0;
  while (s < counted_statuses.size() && counted_statuses[s] != status) ++s;
  by_status[s].add(1);
  const double seconds = static_cast<double>(latency.count()) * 1e-9;
  std::size_t b = 0;
  while (b < latency_bounds_s.size() && seconds > latency_bounds_s[b]) ++b;
  by_latency[b].add(1);
  latency_ns.add(static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0)));
}

void Stats::name_routes(std::vector<std::string> names) {
  const std::scoped_lock lock(mutex_);
  names_ = std::move(names);
}

StatsShard& Stats::add_shard() {
  const std::scoped_lock lock(mutex_);
  return *shards_.emplace_back(std::make_unique<StatsShard>(names_.size()));
}

namespace {

using Shards = std::vector<std::unique_ptr<StatsShard>>;

template <typename Pick>
std::uint64_t total(const Shards& shards, Pick pick) {
  std::uint64_t sum = 0;
  for (const auto& shard : shards) sum += pick(*shard).read();
  return sum;
}

void append_requests(std::string& out, const Shards& shards, std::size_t route, const std::string& name) {
  for (std::size_t s = 0; s <= counted_statuses.size(); ++s) {
    const auto count = total(
        shards, [&](const StatsShard& shard) -> const Counter& { return shard.routes[route].by_status[s]; });
    if (count == 0) continue;
    const std::string status = s < counted_statuses.size() ? std::to_string(counted_statuses[s]) : "other";
    fmt::format_to(std::back_inserter(out), "jingwei_http_requests_total{{route=\"{}\",status=\"{}\"}} {}\n",
                   name, status, count);
  }
}

void append_latency(std::string& out, const Shards& shards, std::size_t route, const std::string& name) {
  std::uint64_t running = 0;
  std::string lines;
  for (std::size_t b = 0; b <= latency_bounds_s.size(); ++b) {
    running += total(
        shards, [&](const StatsShard& shard) -> const Counter& { return shard.routes[route].by_latency[b]; });
    const std::string bound = b < latency_bounds_s.size() ? fmt::format("{}", latency_bounds_s[b]) : "+Inf";
    fmt::format_to(std::back_inserter(lines),
                   "jingwei_http_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", name, bound,
                   running);
  }
  if (running == 0) return;
  const auto ns = total(
      shards, [&](const StatsShard& shard) -> const Counter& { return shard.routes[route].latency_ns; });
  out += lines;
  fmt::format_to(std::back_inserter(out), "jingwei_http_request_seconds_sum{{route=\"{}\"}} {}\n", name,
                 static_cast<double>(ns) * 1e-9);
  fmt::format_to(std::back_inserter(out), "jingwei_http_request_seconds_count{{route=\"{}\"}} {}\n", name,
                 running);
}

void append_one(std::string& out, const char* name, const char* type, const char* help, std::int64_t value) {
  fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n{} {}\n", name, help, name, type, name,
                 value);
}

}  // namespace

std::string Stats::prometheus() const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  out +=
      "# HELP jingwei_http_requests_total Requests answered.\n# TYPE jingwei_http_requests_total counter\n";
  for (std::size_t route = 0; route < names_.size(); ++route)
    append_requests(out, shards_, route, names_[route]);
  out += "# HELP jingwei_http_request_seconds Time from the whole request to its answer.\n";
  out += "# TYPE jingwei_http_request_seconds histogram\n";
  for (std::size_t route = 0; route < names_.size(); ++route)
    append_latency(out, shards_, route, names_[route]);
  const auto sum = [&](Counter StatsShard::*member) {
    return static_cast<std::int64_t>(
        total(shards_, [&](const StatsShard& shard) -> const Counter& { return shard.*member; }));
  };
  append_one(out, "jingwei_http_received_bytes_total", "counter", "Bytes read.", sum(&StatsShard::bytes_in));
  append_one(out, "jingwei_http_sent_bytes_total", "counter", "Bytes written.", sum(&StatsShard::bytes_out));
  append_one(out, "jingwei_http_connections_total", "counter", "Connections taken.",
             sum(&StatsShard::connections_accepted));
  append_one(out, "jingwei_http_connections_refused_total", "counter", "Connections turned away at the cap.",
             sum(&StatsShard::connections_refused));
  append_one(out, "jingwei_http_connections", "gauge", "Open connections.", connections.load());
  append_one(out, "jingwei_http_in_flight", "gauge", "Requests being worked on.", in_flight.load());
  append_one(out, "jingwei_http_event_streams", "gauge", "Open event streams.", streams.load());
  return out;
}

}  // namespace jingwei::http
