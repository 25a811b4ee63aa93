#include "modules/region/tree_file.h"

#include <zlib.h>

#include <bit>

namespace jingwei::region {
namespace {

static_assert(std::endian::native == std::endian::little, "tree files are little-endian");

constexpr std::uint32_t magic = 0x5452574A;  // "JWRT"
constexpr std::uint32_t format_version = 1;

enum class Section : std::uint32_t {
  ids = 1,
  codes,
  parents,
  ends,
  child_counts,
  names,
  valid_from,
  levels,
  code_slots,
  by_id,
  name_first,
  name_nodes,
  name_pool = 20,
  pinyin_pool,
  initials_pool,
  name_offsets,
  pinyin_offsets,
  initials_offsets,
  by_pinyin,
  by_initials,
  retired = 40,
};

struct Header {
  std::uint32_t magic = 0;
  std::uint32_t version = 0;
  std::uint64_t file_bytes = 0;
  std::uint32_t checksum = 0;  // CRC-32 of the file with this field zero
  std::uint32_t section_count = 0;
  std::uint32_t node_count = 0;
  std::uint32_t name_count = 0;
  std::int64_t next_id = 0;
  std::int32_t edition_day = 0;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(Header) == 48);

struct SectionEntry {
  std::uint32_t section = 0;
  std::uint32_t element_bytes = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};
static_assert(sizeof(SectionEntry) == 24);

std::uint32_t checksum_of(std::string_view file) {
  constexpr std::size_t field = offsetof(Header, checksum);
  const std::uint32_t zero = 0;
  const auto* bytes = reinterpret_cast<const Bytef*>(file.data());
  auto sum = crc32_z(0, bytes, field);
  sum = crc32_z(sum, reinterpret_cast<const Bytef*>(&zero), sizeof zero);
  return static_cast<std::uint32_t>(
      crc32_z(sum, bytes + field + sizeof zero, file.size() - field - sizeof zero));
}

// Retired regions are few: tab-separated lines, one region each.
std::string retired_text(const std::vector<Retired>& retired) {
  std::string out;
  for (const Retired& r : retired) {
    out += std::to_string(r.id) + '\t' + r.code + '\t' + r.parent_code + '\t' + std::to_string(r.level) +
           '\t' + std::to_string(r.valid_from) + '\t' + std::to_string(r.valid_to) + '\t';
    for (std::size_t i = 0; i < r.successors.size(); ++i) out += (i == 0 ? "" : ",") + r.successors[i];
    out += '\t' + r.name + '\n';
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

template <typename Number>
bool read_number(const std::string& text, Number& into) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), into);
  return fault == std::errc{} && end == text.data() + text.size();
}

bool read_retired(std::string_view text, std::vector<Retired>& into) {
  while (!text.empty()) {
    const std::size_t line_end = text.find('\n');
    if (line_end == std::string_view::npos) return false;
    const std::vector<std::string> fields = split(text.substr(0, line_end), '\t');
    text.remove_prefix(line_end + 1);
    if (fields.size() != 8) return false;
    Retired r{.code = fields[1], .parent_code = fields[2], .name = fields[7], .successors = {}};
    if (!read_number(fields[0], r.id) || !read_number(fields[3], r.level) ||
        !read_number(fields[4], r.valid_from) || !read_number(fields[5], r.valid_to)) {
      return false;
    }
    if (!fields[6].empty()) r.successors = split(fields[6], ',');
    into.push_back(std::move(r));
  }
  return true;
}

Error corrupt(const std::string& name, std::string detail) {
  return Error(ErrorCode::corrupt, "region.file_corrupt").with("file", name).because(std::move(detail));
}

// Finds sections by number and hands them out as typed views; `fault` tells the first that does not fit.
class Sections {
 public:
  Sections(std::string_view file, std::uint32_t count) : file_(file), count_(count) {}

  std::string_view bytes(Section section) const {
    for (std::uint32_t i = 0; i < count_; ++i) {
      SectionEntry entry;
      std::memcpy(&entry, file_.data() + sizeof(Header) + i * sizeof entry, sizeof entry);
      if (entry.section != static_cast<std::uint32_t>(section)) continue;
      if (entry.offset % 8 == 0 && entry.offset <= file_.size() &&
          entry.bytes <= file_.size() - entry.offset) {
        return file_.substr(entry.offset, entry.bytes);
      }
    }
    return {};
  }

  // A column must have `length` elements; or none, when it may be `absent`.
  template <typename Element>
  std::span<const Element> column(Section section, std::size_t length, bool may_be_absent = false) {
    const std::string_view found = bytes(section);
    if (found.size() != length * sizeof(Element) && !(may_be_absent && found.empty())) fault = true;
    return {reinterpret_cast<const Element*>(found.data()), found.size() / sizeof(Element)};
  }

  bool fault = false;

 private:
  std::string_view file_;
  std::uint32_t count_;
};

class Writer {
 public:
  template <typename Container>
  void add(Section section, const Container& values) {
    using Element = typename Container::value_type;
    data_.resize((data_.size() + 7) / 8 * 8);
    entries_.push_back({static_cast<std::uint32_t>(section), sizeof(Element), data_.size(),
                        values.size() * sizeof(Element)});
    if (values.size() > 0)
      data_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Element));
  }

  std::string finish(Header header) {
    const std::size_t start = sizeof(Header) + entries_.size() * sizeof(SectionEntry);
    static_assert(sizeof(Header) % 8 == 0 && sizeof(SectionEntry) % 8 == 0);
    header.section_count = static_cast<std::uint32_t>(entries_.size());
    header.file_bytes = start + data_.size();
    std::string out(reinterpret_cast<const char*>(&header), sizeof header);
    for (SectionEntry entry : entries_) {
      entry.offset += start;
      out.append(reinterpret_cast<const char*>(&entry), sizeof entry);
    }
    out += data_;
    const std::uint32_t sum = checksum_of(out);
    std::memcpy(out.data() + offsetof(Header, checksum), &sum, sizeof sum);
    return out;
  }

 private:
  std::vector<SectionEntry> entries_;
  std::string data_;
};

bool offsets_fit(std::span<const std::uint32_t> offsets, std::string_view pool) {
  return !offsets.empty() && offsets.front() == 0 && offsets.back() == pool.size() &&
         std::adjacent_find(offsets.begin(), offsets.end(), std::greater_equal<>()) == offsets.end();
}

}  // namespace

Result<std::shared_ptr<const TreeFile>> TreeFile::open(FileSystem& files, const std::string& path) {
  JW_ASSIGN(auto file, files.open(path, OpenMode::read));
  JW_ASSIGN(const std::uint64_t size, file->size());
  if (size < sizeof(Header) || size > std::numeric_limits<std::uint32_t>::max())
    return corrupt(path, "impossible size");
  std::vector<std::uint64_t> words((size + 7) / 8);
  const auto bytes = std::as_writable_bytes(std::span(words)).first(size);
  std::size_t done = 0;
  while (done < size) {
    JW_ASSIGN(const std::size_t got, file->read(done, bytes.subspan(done)));
    if (got == 0) return corrupt(path, "ends early");
    done += got;
  }
  return parse(std::move(words), size, path);
}

Result<std::shared_ptr<const TreeFile>> TreeFile::parse(std::vector<std::uint64_t> words, std::size_t size,
                                                        const std::string& name) {
  if (size < sizeof(Header) || size > words.size() * 8) return corrupt(name, "shorter than its header");
  auto file = std::shared_ptr<TreeFile>(new TreeFile);
  file->words_ = std::move(words);
  file->size_ = size;
  JW_TRY(file->read_sections(name));
  return std::shared_ptr<const TreeFile>(std::move(file));
}

Result<void> TreeFile::read_sections(const std::string& name) {
  const std::string_view file(reinterpret_cast<const char*>(words_.data()), size_);
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  if (header.magic != magic) return corrupt(name, "does not begin with JWRT");
  if (header.version != format_version) {
    return Error(ErrorCode::unsupported, "region.file_version")
        .with("file", name)
        .with("version", std::to_string(header.version));
  }
  if (header.file_bytes != size_) return corrupt(name, "length differs from the header's");
  if (header.checksum != checksum_of(file)) return corrupt(name, "checksum differs");
  const std::size_t n = header.node_count;
  if (n == 0 || header.section_count > 1000 ||
      sizeof(Header) + header.section_count * sizeof(SectionEntry) > size_) {
    return corrupt(name, "impossible counts");
  }

  Sections in(file, header.section_count);
  nodes_.ids = in.column<std::int64_t>(Section::ids, n, true);
  nodes_.codes = in.column<std::uint64_t>(Section::codes, n);
  nodes_.parents = in.column<Node>(Section::parents, n);
  nodes_.ends = in.column<Node>(Section::ends, n);
  nodes_.child_counts = in.column<std::uint32_t>(Section::child_counts, n);
  nodes_.names = in.column<std::uint32_t>(Section::names, n);
  nodes_.valid_from = in.column<std::int32_t>(Section::valid_from, n, true);
  nodes_.levels = in.column<std::uint8_t>(Section::levels, n);
  nodes_.code_slots =
      in.column<Node>(Section::code_slots, in.bytes(Section::code_slots).size() / sizeof(Node));
  nodes_.by_id = in.column<Node>(Section::by_id, n, true);
  nodes_.name_first = in.column<std::uint32_t>(Section::name_first, header.name_count + 1);
  nodes_.name_nodes = in.column<Node>(Section::name_nodes, n);
  names_.names = in.bytes(Section::name_pool);
  names_.pinyin = in.bytes(Section::pinyin_pool);
  names_.initials = in.bytes(Section::initials_pool);
  names_.name_offsets = in.column<std::uint32_t>(Section::name_offsets, header.name_count + 1);
  names_.pinyin_offsets = in.column<std::uint32_t>(Section::pinyin_offsets, header.name_count + 1);
  names_.initials_offsets = in.column<std::uint32_t>(Section::initials_offsets, header.name_count + 1);
  names_.by_pinyin = in.column<std::uint32_t>(Section::by_pinyin, header.name_count);
  names_.by_initials = in.column<std::uint32_t>(Section::by_initials, header.name_count);
  const bool fits = !in.fault && std::has_single_bit(nodes_.code_slots.size()) &&
                    nodes_.code_slots.size() > n && nodes_.by_id.size() == nodes_.ids.size() &&
                    offsets_fit(names_.name_offsets, names_.names) &&
                    offsets_fit(names_.pinyin_offsets, names_.pinyin) &&
                    offsets_fit(names_.initials_offsets, names_.initials);
  if (!fits) return corrupt(name, "a column has the wrong length");
  if (!read_retired(in.bytes(Section::retired), retired_))
    return corrupt(name, "the list of ended regions is malformed");
  edition_ = from_days(header.edition_day);
  next_id_ = header.next_id;
  return {};
}

std::string write_tree(const TreeContent& content) {
  Writer out;
  const OwnedNodes& nodes = content.nodes;
  out.add(Section::ids, nodes.ids);
  out.add(Section::codes, nodes.codes);
  out.add(Section::parents, nodes.parents);
  out.add(Section::ends, nodes.ends);
  out.add(Section::child_counts, nodes.child_counts);
  out.add(Section::names, nodes.names);
  out.add(Section::valid_from, nodes.valid_from);
  out.add(Section::levels, nodes.levels);
  out.add(Section::code_slots, nodes.code_slots);
  out.add(Section::by_id, nodes.by_id);
  out.add(Section::name_first, nodes.name_first);
  out.add(Section::name_nodes, nodes.name_nodes);
  out.add(Section::name_pool, content.names.names);
  out.add(Section::pinyin_pool, content.names.pinyin);
  out.add(Section::initials_pool, content.names.initials);
  out.add(Section::name_offsets, content.names.name_offsets);
  out.add(Section::pinyin_offsets, content.names.pinyin_offsets);
  out.add(Section::initials_offsets, content.names.initials_offsets);
  out.add(Section::by_pinyin, content.names.by_pinyin);
  out.add(Section::by_initials, content.names.by_initials);
  out.add(Section::retired, retired_text(content.retired));
  return out.finish({.magic = magic,
                     .version = format_version,
                     .node_count = static_cast<std::uint32_t>(nodes.codes.size()),
                     .name_count = static_cast<std::uint32_t>(content.names.by_pinyin.size()),
                     .next_id = content.next_id,
                     .edition_day = to_days(content.edition)});
}

}  // namespace jingwei::region
