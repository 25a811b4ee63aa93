#include "modules/source/kinds/folder_intake.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "base/text.h"
#include "modules/source/handover.h"
#include "modules/source/kinds/settings.h"

namespace jingwei::source {

namespace {

constexpr std::chrono::milliseconds most_apart{5'000};
constexpr std::size_t copied_at_once = 1 << 20;
constexpr std::string_view done_mark = ".done";
constexpr std::string_view reason_mark = ".reason.txt";

bool is_unfinished(const std::string& name) {
  const std::string lower = text::lower_ascii(name);
  if (lower.empty() || lower.front() == '.' || lower.starts_with("~$") || lower.ends_with("~")) return true;
  for (const std::string_view ending :
       {".part", ".tmp", ".temp", ".crdownload", ".filepart", ".partial", ".swp"}) {
    if (lower.ends_with(ending)) return true;
  }
  return lower.ends_with(done_mark) || lower.ends_with(reason_mark);
}

// What tells whether a file is being written.
struct Shape {
  std::int64_t bytes = 0;
  std::int64_t changed_ns = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const Shape&) const = default;
};

// Nothing for what is no plain file: folders, and links, which could lead anywhere.
std::optional<Shape> shape_of(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return Shape{static_cast<std::int64_t>(info.st_size),
               static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec,
               static_cast<std::uint64_t>(info.st_ino)};
}

// The kernel's word that something was written; a hint, since it can be lost.
class Hint {
 public:
  explicit Hint(const std::string& folder) : handle_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (handle_ >= 0) ::inotify_add_watch(handle_, folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR);
  }
  ~Hint() {
    if (handle_ >= 0) ::close(handle_);
  }
  Hint(const Hint&) = delete;
  Hint& operator=(const Hint&) = delete;
  bool came() const {
    alignas(inotify_event) char buffer[4'096];
    bool any = false;
    while (handle_ >= 0 && ::read(handle_, buffer, sizeof buffer) > 0) any = true;
    return any;
  }

 private:
  int handle_;
};

bool is_files_fault(ErrorCode code) {
  return code == ErrorCode::invalid || code == ErrorCode::unsupported || code == ErrorCode::too_large ||
         code == ErrorCode::corrupt;
}

class FolderIntake final : public Intake {
 public:
  FolderIntake(const SourceParts& parts, const Source& source)
      : parts_(parts),
        folder_(text_of(source.settings, "path")),
        by_mark_(text_of(source.settings, "complete_when") == "done_file"),
        stands_still_(number_of(source.settings, "still_seconds")),
        hint_(folder_) {}

  bool hinted() override { return hint_.came(); }
  std::chrono::milliseconds rhythm() const override {
    return waiting_ ? std::min(std::chrono::milliseconds(stands_still_), most_apart) : most_apart;
  }

  Result<bool> look(const Source& source, const std::function<bool()>& alive) override {
    static_cast<void>(hint_.came());
    // A folder swapped for a link since it was allowed is no longer allowed.
    JW_TRY(parts_.allowed.check_path(folder_));
    JW_TRY(check_writable());
    JW_ASSIGN(auto names, parts_.files.list(folder_));
    if (names.size() > limits::source_files_at_once) names.resize(limits::source_files_at_once);
    std::map<std::string, Seen> standing;
    bool took = false;
    waiting_ = false;
    std::optional<Error> fault;
    for (const auto& name : names) {
      if (is_unfinished(name) || !text::is_utf8(name)) continue;
      const auto shape = shape_of(folder_ + "/" + name);
      if (!shape) continue;
      if (!is_complete(name, *shape, standing)) {
        waiting_ = true;
        continue;
      }
      if (!alive()) break;
      auto taken = take(source, name, *shape);
      if (!taken) {
        // One file's trouble does not hold up the others; a full disk holds up all.
        fault = std::move(taken).error();
        standing[name] = {*shape, parts_.clock.monotonic()};
        if (fault->code == ErrorCode::exhausted || fault->code == ErrorCode::unavailable) break;
        continue;
      }
      took = took || *taken;
    }
    seen_ = std::move(standing);
    if (fault) return *fault;
    return took;
  }

  void batch_failed(const Run& run, const Error& why) override {
    if (const auto moved = put_aside("taken/" + run.detail, run.detail, why); !moved)
      log::warn("source.file_not_put_aside", {{"fault", moved.error().to_log()}});
  }

 private:
  struct Seen {
    Shape shape;
    std::chrono::nanoseconds since{0};
  };

  Result<void> check_writable() {
    for (const char* part : {"/taken", "/failed"}) JW_TRY(parts_.files.make_folders(folder_ + part));
    if (::access(folder_.c_str(), W_OK) == 0) return {};
    return Error(ErrorCode::denied, "file.denied")
        .with("path", folder_)
        .because(std::strerror(errno));  // NOLINT
  }

  bool is_complete(const std::string& name, const Shape& shape, std::map<std::string, Seen>& standing) {
    if (by_mark_) {
      const auto marked = parts_.files.exists(folder_ + "/" + name + std::string(done_mark));
      return marked.ok() && *marked;
    }
    const auto now = parts_.clock.monotonic();
    const auto before = seen_.find(name);
    const bool same = before != seen_.end() && before->second.shape == shape;
    standing[name] = {shape, same ? before->second.since : now};
    return same && now - before->second.since >= stands_still_;
  }

  // False when the file changed while it was copied.
  Result<bool> take(const Source& source, const std::string& name, const Shape& shape) {
    const std::string path = folder_ + "/" + name;
    const std::string copy = fresh_upload(parts_, source.resource);
    auto copied = copy_file(path, copy);
    if (copied && shape_of(path) != shape) {
      JW_TRY(parts_.files.remove(copy));
      return false;
    }
    JW_ASSIGN(const std::string kept, free_name("taken", name));
    Load load;
    load.source = source.id;
    load.resource = source.resource;
    JW_ASSIGN(load.run, fresh_run(parts_));
    load.path = copy;
    load.filename = name;
    load.detail = kept;
    auto run = copied ? hand_over(parts_, std::move(load)) : Result<Run>(std::move(copied).error());
    if (!run) {
      // Gone already where ingest had taken it over.
      static_cast<void>(parts_.files.remove(copy));
      if (!is_files_fault(run.error().code)) return std::move(run).error();
      JW_TRY(refuse(source, name, run.error()));
      return true;
    }
    // `detail` is where the file went when a look before this one ended too early.
    JW_TRY(move(path, "taken", run->detail));
    if (by_mark_) JW_TRY(parts_.files.remove(path + std::string(done_mark)));
    return true;
  }

  Result<void> copy_file(const std::string& from, const std::string& to) {
    JW_ASSIGN(auto in, parts_.files.open(from, OpenMode::read));
    JW_ASSIGN(auto out, parts_.files.open(to, OpenMode::create));
    std::vector<std::byte> buffer(copied_at_once);
    for (std::uint64_t at = 0;;) {
      JW_ASSIGN(const std::size_t got, in->read(at, buffer));
      if (got == 0) return {};
      if (at + got > limits::upload_bytes) {
        return Error(ErrorCode::too_large, "file.too_large")
            .with("path", from)
            .with("limit", std::to_string(limits::upload_bytes));
      }
      JW_TRY(out->write(at, std::span<const std::byte>(buffer).first(got)));
      at += got;
    }
  }

  // `name`, or with a number before its ending when that is taken.
  Result<std::string> free_name(const std::string& place, const std::string& name) {
    const std::size_t dot = name.rfind('.');
    const std::string stem = name.substr(0, dot);
    const std::string ending = dot == std::string::npos ? "" : name.substr(dot);
    for (int number = 1;; ++number) {
      std::string candidate = number == 1 ? name : stem + "." + std::to_string(number) + ending;
      JW_ASSIGN(const bool taken, parts_.files.exists(folder_ + "/" + place + "/" + candidate));
      if (!taken) return candidate;
    }
  }

  Result<void> move(const std::string& path, const std::string& place, const std::string& name) {
    JW_TRY(parts_.files.rename(path, folder_ + "/" + place + "/" + name));
    JW_TRY(parts_.files.sync_folder(folder_ + "/" + place));
    return parts_.files.sync_folder(folder_);
  }

  Result<void> refuse(const Source& source, const std::string& name, const Error& why) {
    Run run;
    JW_ASSIGN(run.id, fresh_run(parts_));
    run.source = source.id;
    run.started_at = parts_.clock.now();
    run.finished_at = run.started_at;
    run.outcome = Outcome::failed;
    run.detail = name;
    run.error = why;
    storage::Change change;
    change.origin = storage::Origin::hub;
    change.writes.push_back(add_run(run));
    auto committed = parts_.store.commit(std::move(change));
    if (!committed) return std::move(committed).error();
    return put_aside(name, name, why);
  }

  // Moves a file to failed/ with the reason beside it, in both languages: whoever looks has no hub before
  // them.
  Result<void> put_aside(const std::string& from, const std::string& name, const Error& why) {
    JW_ASSIGN(const bool there, parts_.files.exists(folder_ + "/" + from));
    if (!there) return {};
    JW_ASSIGN(const std::string kept, free_name("failed", name));
    const std::string reason = render(why, Language::zh) + "\n" + render(why, Language::en) + "\n";
    JW_TRY(write_text_durably(parts_.files, folder_ + "/failed/" + kept + std::string(reason_mark), reason));
    return move(folder_ + "/" + from, "failed", kept);
  }

  const SourceParts& parts_;
  std::string folder_;
  bool by_mark_;
  std::chrono::seconds stands_still_;  // size and time unchanged for so long: nobody writes it any more
  Hint hint_;
  std::map<std::string, Seen> seen_;
  bool waiting_ = false;  // a file was left alone because it may still be written
};

}  // namespace

std::unique_ptr<Intake> watch_folder(const SourceParts& parts, const Source& source) {
  return std::make_unique<FolderIntake>(parts, source);
}

Result<Trial> try_folder(const SourceParts& parts, const std::string& path) {
  JW_ASSIGN(const std::string real, parts.allowed.check_path(path));
  JW_ASSIGN(const auto names, parts.files.list(real));
  if (::access(real.c_str(), W_OK) != 0) return Error(ErrorCode::denied, "file.denied").with("path", real);
  Trial trial;
  for (const auto& name : names) {
    if (trial.found.size() == 10) break;
    if (!is_unfinished(name) && shape_of(real + "/" + name)) trial.found.push_back(name);
  }
  return trial;
}

}  // namespace jingwei::source
