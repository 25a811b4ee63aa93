#include "http/static_files.h"

#include <fmt/format.h>

#include <mutex>

#include "http/media.h"

namespace jingwei::http {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t file_bytes_most = 64ULL << 20;
constexpr std::uint64_t cache_bytes_most = 256ULL << 20;
constexpr std::int64_t recheck_ns = 1'000'000'000;
constexpr int thorough_compression = 8;

// Vue writes inline styles, MapLibre starts its workers from blobs and compiles WebAssembly.
constexpr std::string_view content_security_policy =
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "child-src blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

bool is_safe(std::string_view relative) {
  if (relative.find_first_of(std::string_view("\\\0", 2)) != std::string_view::npos) return false;
  for (std::size_t from = 0; from <= relative.size();) {
    const std::size_t slash = std::min(relative.find('/', from), relative.size());
    const std::string_view segment = relative.substr(from, slash - from);
    if (segment.starts_with('.')) return false;  // hidden files, and "..": a decoded %2F may have hidden one
    if (segment.empty() && slash != relative.size()) return false;
    from = slash + 1;
  }
  return true;
}

bool is_inside(const fs::path& file, const fs::path& folder) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  static_cast<void>(rest);
  return end == folder.end();
}

bool names_a_page(std::string_view relative) {
  return relative.substr(relative.rfind('/') + 1).find('.') == std::string_view::npos;
}

}  // namespace

StaticFiles::StaticFiles(std::vector<StaticRoot> roots, const Clock& clock)
    : roots_(std::move(roots)), clock_(clock) {
  std::error_code ignored;
  for (StaticRoot& root : roots_) {
    if (!root.prefix.ends_with('/')) root.prefix += '/';
    if (const fs::path real = fs::weakly_canonical(root.folder, ignored); !ignored)
      root.folder = real.string();
    while (root.folder.size() > 1 && root.folder.ends_with('/')) root.folder.pop_back();
  }
  std::ranges::sort(roots_, [](const auto& a, const auto& b) { return a.prefix.size() > b.prefix.size(); });
}

const StaticRoot* StaticFiles::root_of(std::string_view path) const {
  for (const StaticRoot& root : roots_) {
    if (path.starts_with(root.prefix)) return &root;
  }
  return nullptr;
}

bool StaticFiles::lacks_slash(std::string_view path) const {
  for (const StaticRoot& root : roots_) {
    if (path.size() + 1 == root.prefix.size() && root.prefix.starts_with(path)) return true;
  }
  return false;
}

std::optional<Response> StaticFiles::cached(std::string_view path, bool gzip) const {
  std::shared_ptr<const Entry> entry;
  {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(std::string(path));
    if (found == entries_.end()) return std::nullopt;
    entry = found->second;
  }
  if (clock_.monotonic().count() - entry->checked_ns.load(std::memory_order_relaxed) >= recheck_ns)
    return std::nullopt;
  return answer(*entry, gzip);
}

std::optional<Response> StaticFiles::load(std::string_view path, bool gzip) {
  if (lacks_slash(path)) {
    Response moved = Response::text("", "text/plain; charset=utf-8", 308);
    moved.headers.emplace_back("Location", std::string(path) + "/");
    return moved;
  }
  const StaticRoot* root = root_of(path);
  if (root == nullptr) return std::nullopt;
  const auto file = resolve(*root, path);
  if (!file) return std::nullopt;
  std::error_code fault;
  const auto written = fs::last_write_time(*file, fault);
  if (fault) return std::nullopt;

  const std::string key(path);
  {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && found->second->file == *file && found->second->written == written) {
      found->second->checked_ns = clock_.monotonic().count();
      return answer(*found->second, gzip);
    }
  }
  const bool lasting = path.find("/assets/") != std::string_view::npos;
  const auto entry = read(*file, lasting);
  if (!entry) return std::nullopt;
  const std::unique_lock lock(mutex_);
  const std::uint64_t bytes = entry->plain.size() + entry->packed.size();
  if (held_bytes_ + bytes > cache_bytes_most) {
    entries_.clear();
    held_bytes_ = 0;
  }
  entries_[key] = entry;
  held_bytes_ += bytes;
  return answer(*entry, gzip);
}

std::optional<fs::path> StaticFiles::resolve(const StaticRoot& root, std::string_view path) const {
  const std::string_view relative = path.substr(root.prefix.size());
  if (!is_safe(relative)) return std::nullopt;
  std::vector<fs::path> candidates;
  const fs::path folder(root.folder);
  if (relative.empty() || relative.ends_with('/')) {
    candidates.push_back(folder / relative / "index.html");
  } else {
    candidates.push_back(folder / relative);
  }
  if (names_a_page(relative) && !path.starts_with("/api/")) candidates.push_back(folder / "index.html");
  for (const fs::path& candidate : candidates) {
    std::error_code fault;
    const fs::path real = fs::canonical(candidate, fault);
    if (fault || !is_inside(real, folder)) continue;  // a link may lead outside
    if (fs::is_regular_file(real, fault) && !fault) return real;
  }
  return std::nullopt;
}

std::shared_ptr<const StaticFiles::Entry> StaticFiles::read(const fs::path& file, bool lasting) const {
  auto entry = std::make_shared<Entry>();
  entry->file = file;
  std::error_code fault;
  entry->written = fs::last_write_time(file, fault);
  auto text = read_text(real_file_system(), file.string(), file_bytes_most);
  if (fault || !text.ok()) return nullptr;
  entry->plain = std::move(text).value();
  entry->type = media_type_of_file(file.filename().string());
  entry->lasting = lasting;
  entry->etag = fmt::format("\"{:x}-{:x}\"", std::hash<std::string>{}(entry->plain), entry->plain.size());
  if (shrinks(entry->type) && entry->plain.size() >= 1024)
    entry->packed = http::gzip(entry->plain, thorough_compression);
  entry->checked_ns = clock_.monotonic().count();
  return entry;
}

Response StaticFiles::answer(const Entry& entry, bool gzip) {
  Response response;
  response.content_type = entry.type;
  response.etag = entry.etag;
  response.cache_control = entry.lasting ? "public, max-age=31536000, immutable" : "no-cache";
  response.headers.emplace_back("Referrer-Policy", "same-origin");
  if (entry.type.starts_with("text/html")) {
    response.headers.emplace_back("Content-Security-Policy", content_security_policy);
    response.headers.emplace_back("X-Frame-Options", "DENY");
  }
  if (!entry.packed.empty()) response.headers.emplace_back("Vary", "Accept-Encoding");
  if (gzip && !entry.packed.empty()) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.etag.insert(0, "W/");
    response.body = entry.packed;
  } else {
    response.body = entry.plain;
  }
  return response;
}

}  // namespace jingwei::http
