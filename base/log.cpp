#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/clock.h"
#include "base/json.h"

namespace jingwei::log {

namespace {

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance = [] {
    auto made =
        std::make_shared<spdlog::logger>("jingwei", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::info);
    return made;
  }();
  return instance;
}

spdlog::level::level_enum native(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

constexpr std::string_view names[] = {"debug", "info", "warn", "error"};

}  // namespace

void open(const std::string& path, Level lowest) {
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (path.empty()) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
  }
  auto made = std::make_shared<spdlog::logger>("jingwei", std::move(sink));
  made->set_pattern("%v");
  made->set_level(native(lowest));
  made->flush_on(spdlog::level::info);
  logger() = std::move(made);
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  auto& out = *logger();
  if (!out.should_log(native(level))) return;
  JsonWriter json;
  json.begin_object();
  json.member("time", to_rfc3339(SystemClock().now()));
  json.member("level", names[static_cast<int>(level)]);
  json.member("event", event);
  for (const auto& field : fields) {
    json.key(field.name);
    std::visit([&](auto value) { json.value(value); }, field.value);
  }
  json.end_object();
  out.log(native(level), json.text());
}

}  // namespace jingwei::log
