#include "app/cli/link_files.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "engines/linkage/parallel.h"
#include "modules/ingest/reading/file_rows.h"

namespace jingwei::app::cli {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

constexpr std::size_t absent = static_cast<std::size_t>(-1);

std::size_t find_column(std::span<const std::string> columns, std::string_view name) {
  for (std::size_t at = 0; at < columns.size(); ++at) {
    if (trimmed(columns[at]) == name) return at;
  }
  return absent;
}

Error no_column(const LinkConfig& config, int line, const std::string& name, const std::string& path,
                std::span<const std::string> columns) {
  std::string list;
  for (const auto& column : columns) list += (list.empty() ? "" : ", ") + std::string(trimmed(column));
  return Error(ErrorCode::invalid, "cli.link.no_column")
      .with("place", config.file + ":" + std::to_string(line))
      .with("column", name)
      .with("file", path)
      .with("columns", list);
}

// Where the wanted columns stand; a file whose keys come row by row (JSON Lines) may grow more.
struct Places {
  std::size_t id = absent;
  std::vector<std::size_t> fields;
};

class TableReader {
 public:
  TableReader(const LinkConfig& config, linkage::Side side, std::string path)
      : config_(config), side_(side), path_(std::move(path)) {}

  Result<void> read(FileSystem& files, LinkInput& input) {
    JW_ASSIGN(auto file, files.open(path_, OpenMode::read));
    ingest::ReadOptions options;
    options.fit = [&](std::span<const std::string> columns) { return fit(columns); };
    JW_ASSIGN(auto reader, ingest::open_file(std::move(file), options));
    std::uint32_t version = 0;
    Places places;
    ingest::Row row;
    std::vector<std::string_view> values(config_.columns.size());
    std::string id;
    bool any = false;
    while (true) {
      JW_ASSIGN(const bool more, reader->next(row));
      if (!more) break;
      if (version != reader->columns_version()) {
        version = reader->columns_version();
        places = find_places(reader->columns());
        if (reader->has_header()) JW_TRY(check(places, reader->columns()));
      }
      any = true;
      if (row.problem != ingest::RowProblem::none) {
        if (input.unreadable++ == 0) input.first_unreadable_line = row.line;
        continue;
      }
      const auto cell = [&](std::size_t at) {
        return at < row.cells.size() ? trimmed(row.cells[at].text) : std::string_view();
      };
      for (std::size_t field = 0; field < values.size(); ++field) values[field] = cell(places.fields[field]);
      id = cell(places.id);
      if (id.empty()) id = std::to_string(row.line);
      input.records->add(side_, id, values);
      ++(side_ == linkage::Side::left ? input.left : input.right);
    }
    // A file without a row still has to have the columns.
    if (!any && reader->has_header()) return check(find_places(reader->columns()), reader->columns());
    if (any && !reader->has_header()) return check(places, reader->columns());
    return {};
  }

 private:
  const std::string& name_of(const LinkColumn& column) const {
    return side_ == linkage::Side::left ? column.left : column.right;
  }
  const std::string& id_name() const { return side_ == linkage::Side::left ? config_.id : config_.right_id; }

  int fit(std::span<const std::string> columns) const {
    const Places places = find_places(columns);
    return static_cast<int>(std::count_if(places.fields.begin(), places.fields.end(),
                                          [](std::size_t at) { return at != absent; })) +
           (places.id != absent ? 1 : 0);
  }

  Places find_places(std::span<const std::string> columns) const {
    Places places;
    if (!id_name().empty()) places.id = find_column(columns, id_name());
    for (const auto& column : config_.columns) places.fields.push_back(find_column(columns, name_of(column)));
    return places;
  }

  Result<void> check(const Places& places, std::span<const std::string> columns) const {
    if (!id_name().empty() && places.id == absent)
      return no_column(config_, config_.id_line, id_name(), path_, columns);
    for (std::size_t field = 0; field < places.fields.size(); ++field) {
      const LinkColumn& column = config_.columns[field];
      if (places.fields[field] == absent)
        return no_column(config_, column.line, name_of(column), path_, columns);
    }
    return {};
  }

  const LinkConfig& config_;
  linkage::Side side_;
  std::string path_;
};

// --- out ---

// A file that is written from its beginning, in large pieces.
class Output {
 public:
  static Result<Output> open(FileSystem& files, const std::string& path) {
    JW_ASSIGN(auto file, files.open(path, OpenMode::update));
    JW_TRY(file->truncate(0));
    return Output(std::move(file));
  }
  Result<void> add(std::string_view text) {
    JW_TRY(file_->write(at_, std::as_bytes(std::span(text.data(), text.size()))));
    at_ += text.size();
    return {};
  }

 private:
  explicit Output(std::unique_ptr<File> file) : file_(std::move(file)) {}
  std::unique_ptr<File> file_;
  std::uint64_t at_ = 0;
};

void append_cell(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_number(std::string& out, double number, int digits) {
  std::array<char, 48> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed, digits);
  std::string_view written(text.data(), static_cast<std::size_t>(end.ptr - text.data()));
  if (written == "-0.00") written = "0.00";
  out += written;
}

constexpr std::size_t piece_pairs = 20'000;

}  // namespace

Result<LinkInput> read_link_input(FileSystem& files, const LinkConfig& config, const std::string& left,
                                  const std::string& right) {
  std::vector<linkage::Field> fields;
  for (const auto& column : config.columns) fields.push_back({column.left, column.type});
  LinkInput input;
  input.records = std::make_unique<linkage::Records>(std::move(fields));
  JW_TRY(TableReader(config, linkage::Side::left, left).read(files, input));
  if (!right.empty()) {
    input.records->expect_two_sides();
    JW_TRY(TableReader(config, linkage::Side::right, right).read(files, input));
  }
  return input;
}

Result<void> write_pairs(FileSystem& files, const std::string& path, const linkage::Records& records,
                         const linkage::Linkage& linkage, unsigned threads) {
  JW_ASSIGN(Output out, Output::open(files, path));
  std::string head = "id_left,id_right,probability,weight";
  for (std::size_t field = 0; field < records.fields(); ++field) {
    head += ',';
    append_cell(head, records.column(field).field.name);
  }
  JW_TRY(out.add(head + "\n"));
  const linkage::Scorer scorer(records, *linkage.model);
  // A few pieces at a time, so that memory stays bounded however many pairs there are.
  const std::size_t at_once = std::size_t{8} * std::max(1U, threads);
  std::vector<std::string> texts(at_once);
  for (std::size_t from = 0; from < linkage.pairs.size(); from += at_once * piece_pairs) {
    linkage::in_parallel(at_once, threads, [&](std::size_t at) {
      std::string& text = texts[at];
      text.clear();
      std::vector<double> contributions(records.fields());
      const std::size_t end = std::min(linkage.pairs.size(), from + (at + 1) * piece_pairs);
      for (std::size_t i = from + at * piece_pairs; i < end; ++i) {
        const linkage::LinkedPair& pair = linkage.pairs[i];
        scorer.score(records.row_of(pair.left), records.row_of(pair.right), pair.pattern, contributions);
        append_cell(text, records.id(pair.left));
        text += ',';
        append_cell(text, records.id(pair.right));
        text += ',';
        append_number(text, pair.probability, 6);
        text += ',';
        append_number(text, pair.weight, 2);
        for (const double contribution : contributions) {
          text += ',';
          append_number(text, contribution, 2);
        }
        text += '\n';
      }
    });
    for (const auto& text : texts) JW_TRY(out.add(text));
  }
  return {};
}

Result<void> write_clusters(FileSystem& files, const std::string& path, const linkage::Records& records,
                            const linkage::Linkage& linkage) {
  JW_ASSIGN(Output out, Output::open(files, path));
  std::string text = "cluster,side,id\n";
  for (const std::uint32_t record : linkage.order) {
    append_cell(text, records.id(linkage.cluster_of[record]));
    text += records.side(record) == linkage::Side::left ? ",left," : ",right,";
    append_cell(text, records.id(record));
    text += '\n';
    if (text.size() < (1U << 20)) continue;
    JW_TRY(out.add(text));
    text.clear();
  }
  return out.add(text);
}

}  // namespace jingwei::app::cli
