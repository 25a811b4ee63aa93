// Packages as zip files.
#include <zip.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/limits.h"
#include "scenario/package.h"
#include "scenario/package_names.h"

namespace jingwei::scenario {

namespace {

struct Close {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Close>;
using Entry = std::unique_ptr<zip_file_t, Close>;

constexpr zip_int64_t entries_most = 200;

Error bad_zip() {
  return Error(ErrorCode::invalid, "scenario.bad_zip");
}

Result<std::string> read_entry(zip_t* archive, zip_uint64_t at, std::size_t most) {
  Entry entry(zip_fopen_index(archive, at, 0));
  if (!entry) return bad_zip();
  std::string text;
  char buffer[16 * 1024];
  for (;;) {
    const zip_int64_t got = zip_fread(entry.get(), buffer, sizeof buffer);
    if (got < 0) return bad_zip();
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > most)
      return Error(ErrorCode::too_large, "scenario.package_too_large")
          .with("most", std::to_string(package_bytes_most));
  }
}

// A path as its package's folder and the file's name in it.
std::pair<std::string, std::string> placed(const std::string& path) {
  const auto cut = [&](std::size_t slash) {
    return slash == std::string::npos ? std::pair(std::string(), path)
                                      : std::pair(path.substr(0, slash), path.substr(slash + 1));
  };
  const std::size_t last = path.rfind('/');
  const std::size_t before = last == std::string::npos || last == 0 ? last : path.rfind('/', last - 1);
  auto [folder, name] = cut(last == before ? std::string::npos : before);
  if (is_picture_file(name)) return {folder, name};
  return cut(last);
}

}  // namespace

Result<Package> read_zip(std::string_view zip, const std::string& id) {
  zip_error_t fault;
  zip_error_init(&fault);
  zip_source_t* source = zip_source_buffer_create(zip.data(), zip.size(), 0, &fault);
  if (source == nullptr) return bad_zip();
  Archive archive(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &fault));
  if (!archive) {
    zip_source_free(source);
    return bad_zip();
  }
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  if (count < 1 || count > entries_most) return bad_zip();
  Package package;
  std::set<std::string> folders;
  std::size_t bytes = 0, pictures = 0;
  for (zip_int64_t at = 0; at < count; ++at) {
    const char* raw = zip_get_name(archive.get(), static_cast<zip_uint64_t>(at), 0);
    if (raw == nullptr) return bad_zip();
    const std::string path = raw;
    const auto [folder, name] = placed(path);
    // Files of other folders inside the package, such as .schema/, and those that editors leave behind are
    // none of it.
    if (name.empty() || name.starts_with(".") || folder.find("/") != std::string::npos ||
        folder.starts_with(".") || folder.starts_with("__"))
      continue;
    JW_TRY(check_file_name(folder.empty() ? id : folder, name));
    const bool picture = is_picture_file(name);
    if (!picture && !is_package_file(name)) continue;
    folders.insert(folder);
    JW_ASSIGN(std::string text, read_entry(archive.get(), static_cast<zip_uint64_t>(at),
                                           picture ? picture_bytes_most : limits::yaml_bytes));
    bytes += text.size();
    pictures += picture ? 1 : 0;
    if (bytes > package_bytes_most || pictures > package_pictures_most)
      return Error(ErrorCode::too_large, "scenario.package_too_large")
          .with("most", std::to_string(package_bytes_most));
    if (!package.files.emplace(name, std::move(text)).second) return bad_zip();
  }
  if (folders.size() != 1) return bad_zip();
  package.id = folders.begin()->empty() ? id : *folders.begin();
  if (package.id.empty()) {
    // Without a folder the package names itself.
    const auto text = package.files.find("scenario.yaml");
    if (text == package.files.end()) return bad_zip();
    JW_ASSIGN(const auto root, schema::parse_yaml(text->second, "scenario.yaml"));
    const schema::YamlNode* named = root.find("id");
    if (named == nullptr) return bad_zip();
    package.id = named->scalar;
  }
  package.place = package.id;
  return package;
}

Result<std::string> zipped(const Package& package) {
  zip_error_t fault;
  zip_error_init(&fault);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &fault);
  if (target == nullptr) return bad_zip();
  zip_source_keep(target);
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> kept(target, zip_source_free);
  zip_t* archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &fault);
  if (archive == nullptr) return bad_zip();
  Archive open(archive);
  for (const auto& [name, text] : package.files) {
    zip_source_t* file = zip_source_buffer(archive, text.data(), text.size(), 0);
    const std::string path = package.id + "/" + name;
    if (file == nullptr || zip_file_add(archive, path.c_str(), file, ZIP_FL_ENC_UTF_8) < 0) return bad_zip();
  }
  if (zip_close(open.get()) != 0) return bad_zip();
  static_cast<void>(open.release());
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_source_stat(target, &stat) != 0 || zip_source_open(target) != 0) return bad_zip();
  std::string bytes(stat.size, '\0');
  const zip_int64_t got = zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  if (got < 0 || static_cast<zip_uint64_t>(got) != stat.size) return bad_zip();
  return bytes;
}

}  // namespace jingwei::scenario
