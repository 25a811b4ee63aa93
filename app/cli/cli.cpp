#include "app/cli/cli.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/json.h"

namespace jingwei::app::cli {

Exit exit_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
    case ErrorCode::gone:
      return Exit::not_found;
    case ErrorCode::conflict:
    case ErrorCode::stale:
      return Exit::busy;
    case ErrorCode::invalid:
    case ErrorCode::too_large:
    case ErrorCode::unsupported:
    case ErrorCode::denied:
      return Exit::refused;
    case ErrorCode::unavailable:
    case ErrorCode::exhausted:
    case ErrorCode::timeout:
      return Exit::unavailable;
    default:
      return Exit::failed;
  }
}

Language terminal_language() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr && *value != '\0')
      return std::string_view(value).starts_with("zh") ? Language::zh : Language::en;
  }
  return Language::en;
}

std::string sentence(std::string_view id, const Arguments& arguments) {
  return render(id, arguments, terminal_language());
}

void add_data_option(CLI::App& command, Common& common) {
  command.add_option("--data", common.data, sentence("cli.option.data"))
      ->capture_default_str()
      ->type_name("DIR");
}

void add_json_option(CLI::App& command, Common& common) {
  command.add_flag("--json", common.json, sentence("cli.option.json"));
}

int report(const Error& error, bool json) {
  const Language language = terminal_language();
  end_progress(json);
  if (json) {
    JsonWriter out;
    out.begin_object();
    out.key("error");
    out.begin_object();
    out.member("code", name_of(error.code));
    out.member("id", error.message);
    out.member("sentence", render(error, language));
    out.end_object();
    out.end_object();
    std::printf("%s\n", out.text().c_str());
  } else {
    std::fprintf(stderr, "jingwei: %s\n", render(error, language).c_str());
    for (const auto& cause : error.causes) std::fprintf(stderr, "  %s\n", render(cause, language).c_str());
    if (!error.detail.empty()) std::fprintf(stderr, "  (%s)\n", error.detail.c_str());
  }
  return static_cast<int>(exit_of(error.code));
}

void say(bool json, std::string_view id, const Arguments& arguments) {
  if (json) return;
  end_progress(json);
  std::printf("%s\n", sentence(id, arguments).c_str());
  std::fflush(stdout);
}

namespace {

bool progress_open = false;

}  // namespace

void show_progress(bool json, const std::string& line) {
  if (json || ::isatty(STDOUT_FILENO) == 0) return;
  std::printf("\r\033[K%s", line.c_str());
  std::fflush(stdout);
  progress_open = true;
}

void end_progress(bool) {
  if (!progress_open) return;
  std::printf("\r\033[K");
  std::fflush(stdout);
  progress_open = false;
}

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string duration_text(double seconds) {
  char text[32];
  if (seconds < 60) {
    std::snprintf(text, sizeof text, "%.1f s", seconds);
  } else {
    const auto whole = static_cast<std::int64_t>(seconds);
    std::snprintf(text, sizeof text, "%lld:%02lld", static_cast<long long>(whole / 60),
                  static_cast<long long>(whole % 60));
  }
  return text;
}

}  // namespace jingwei::app::cli
