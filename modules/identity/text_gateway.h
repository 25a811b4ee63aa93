// Text messages go out through a gateway of the city's own: a program that sends what it finds in a folder.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace jingwei::identity {

// Thread-safe.
class TextGateway {
 public:
  virtual ~TextGateway() = default;
  // Hands a message over, which is worth nothing from `until` on (none: while it is kept). Errors:
  // unavailable.
  virtual Result<void> send(const std::string& phone, const std::string& words,
                            std::optional<Instant> until) = 0;
};

// One JSON line {"to","text","until"} per message in <folder>/texts.jsonl, readable by the owner alone; the
// gateway takes the file away by renaming it. What no gateway has taken by its end goes: numbers and codes do
// not gather on the disk.
class FileGateway final : public TextGateway {
 public:
  static constexpr std::chrono::days kept{7};  // a message that names no end

  // `clock` must outlive it.
  FileGateway(std::string folder, const Clock& clock) : folder_(std::move(folder)), clock_(clock) {}
  Result<void> send(const std::string& phone, const std::string& words,
                    std::optional<Instant> until) override;
  // Takes out messages whose end has come; how many. After a crash in between a message may stand twice, none
  // is lost. Errors: unavailable.
  Result<std::size_t> expire();

 private:
  Result<void> append(const std::string& lines) const;

  std::string folder_;
  const Clock& clock_;
  std::mutex writing_;
};

}  // namespace jingwei::identity
