#include "modules/identity/text_gateway.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/json.h"

namespace jingwei::identity {

namespace {

constexpr const char* outbox_file = "/texts.jsonl";
constexpr const char* aside_file = "/texts.expiring";  // while it is looked through

std::string line_of(const std::string& phone, const std::string& words, Instant until) {
  JsonWriter json;
  json.begin_object();
  json.member("to", phone);
  json.member("text", words);
  json.member("until", to_rfc3339(until));
  json.end_object();
  return json.take() + "\n";
}

// Lines of before messages had an end, and such as nobody here wrote, have none.
std::optional<Instant> end_of(const std::string& line) {
  boost::json::error_code fault;
  const auto value = boost::json::parse(line, fault);
  const auto* until = fault || !value.is_object() ? nullptr : value.get_object().if_contains("until");
  if (until == nullptr || !until->is_string()) return std::nullopt;
  return parse_rfc3339(std::string_view(until->get_string()));
}

// How many lines have come to their end by `now`; the others are added to `rest`.
std::size_t sift(const std::string& path, Instant now, std::string& rest) {
  std::size_t ended = 0;
  std::ifstream lines(path);
  for (std::string line; std::getline(lines, line);) {
    const auto until = end_of(line);
    if (until && *until <= now) {
      ++ended;
    } else if (!line.empty()) {
      rest += line + "\n";
    }
  }
  return ended;
}

Error text_unsent() {
  return Error(ErrorCode::unavailable, "identity.text_unsent");
}

}  // namespace

Result<void> FileGateway::append(const std::string& lines) const {
  ::mkdir(folder_.c_str(), 0700);  // there already: as good
  // One write to a file opened for appending: two processes do not mix theirs.
  const int file = ::open((folder_ + outbox_file).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool sent =
      file >= 0 && ::write(file, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size());
  if (file >= 0) ::close(file);
  return sent ? Result<void>() : text_unsent();
}

Result<void> FileGateway::send(const std::string& phone, const std::string& words,
                               std::optional<Instant> until) {
  const std::lock_guard writing(writing_);
  return append(line_of(phone, words, until.value_or(clock_.now() + kept)));
}

Result<std::size_t> FileGateway::expire() {
  const std::lock_guard writing(writing_);
  const Instant now = clock_.now();
  const std::string outbox = folder_ + outbox_file, aside = folder_ + aside_file;
  std::error_code unread;
  const bool left = std::filesystem::exists(aside, unread);  // by a crash
  std::string rest;
  if (!left && sift(outbox, now, rest) == 0) return std::size_t{0};
  // Either the gateway or we have it from here on; what comes meanwhile waits for the lock.
  if (!left && std::rename(outbox.c_str(), aside.c_str()) != 0) {
    if (errno == ENOENT) return std::size_t{0};
    return text_unsent();
  }
  rest.clear();
  const std::size_t ended = sift(aside, now, rest);
  if (!rest.empty()) JW_TRY(append(rest));
  if (std::remove(aside.c_str()) != 0) return text_unsent();
  return ended;
}

}  // namespace jingwei::identity
