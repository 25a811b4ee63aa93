#include "base/json.h"
#include "sim/extracts.h"

namespace jingwei::sim {

namespace {

constexpr int repeat_within_rows = 200;

std::string csv_line(const Row& row, const ExtractKind& kind) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += kind.delimiter;
    append_csv_field(line, row[i], kind.delimiter);
  }
  return line;
}

std::string json_line(const Row& row, const ExtractKind& kind) {
  JsonWriter json;
  json.begin_object();
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Column& column = kind.columns[i];
    if (row[i].empty()) continue;
    json.key(column.header);
    if (column.role == ColumnRole::number && is_json_number(row[i])) {
      json.raw(row[i]);
    } else {
      json.value(row[i]);
    }
  }
  json.end_object();
  return json.take();
}

}  // namespace

void RowLog::add(std::string_view path, std::int64_t line, std::string_view subject,
                 const Mistakes& mistakes) {
  std::string text(path);
  text += ',' + std::to_string(line) + ',' + std::string(subject) + ',';
  for (std::size_t i = 0; i < mistakes.size(); ++i) {
    if (i > 0) text += '+';
    text += name_of(mistakes[i]);
  }
  text += '\n';
  file_.append(text);
  ++rows_;
}

Result<std::unique_ptr<ExtractFile>> ExtractFile::create(FileSystem& files, const std::string& folder,
                                                         const ExtractKind& kind, std::string path,
                                                         std::uint64_t seed, RowLog& log) {
  JW_ASSIGN(auto out, OutFile::create(files, folder + "/" + path, kind.encoding));
  const std::uint64_t key = key_of(seed, Draw::row, static_cast<std::uint64_t>(kind.id));
  std::unique_ptr<ExtractFile> made(new ExtractFile(kind, std::move(path), key, log, std::move(out)));
  if (kind.format == Format::csv) {
    Row headers;
    for (const Column& column : kind.columns) headers.emplace_back(column.header);
    made->file_->append(csv_line(headers, kind) + std::string(kind.newline));
    ++made->line_;
  }
  return made;
}

void ExtractFile::add(const Row& clean, const RowSubject& subject) {
  JW_ASSERT(clean.size() == kind_.columns.size());
  SeededRandom random = stream_of(seed_, Draw::row, static_cast<std::uint64_t>(rows_));
  Row row = clean;
  Mistakes mistakes = spoil(row, kind_.columns, subject, kind_.rates, kind_.date_form, random);
  if (random.chance(kind_.rates[Mistake::duplicate_exact])) {
    waiting_.push_back({row, subject, mistakes, rows_ + between(random, 1, repeat_within_rows), true});
  } else if (random.chance(kind_.rates[Mistake::duplicate_near])) {
    waiting_.push_back({clean, subject, {}, rows_ + between(random, 1, repeat_within_rows), false});
  }
  write(row, subject, std::move(mistakes), random, true);
  while (!waiting_.empty() && waiting_.front().due <= rows_) {
    const Waiting due = std::move(waiting_.front());
    waiting_.pop_front();
    repeat(due);
  }
}

void ExtractFile::repeat(const Waiting& waiting) {
  SeededRandom random = stream_of(seed_, Draw::repeat, static_cast<std::uint64_t>(rows_));
  Row row = waiting.row;
  Mistakes mistakes = waiting.mistakes;
  if (!waiting.exact) {
    // Whoever types an entry again is hurried: one mistake in four, beside the usual ones.
    const Rates hurried = kind_.rates.with(Mistake::name_homophone, 0.25)
                              .with(Mistake::stray_space, 0.15)
                              .with(Mistake::short_address, 0.3);
    mistakes = spoil(row, kind_.columns, waiting.subject, hurried, kind_.date_form, random);
  }
  mistakes.push_back(waiting.exact ? Mistake::duplicate_exact : Mistake::duplicate_near);
  write(row, waiting.subject, std::move(mistakes), random, false);
}

void ExtractFile::write(const Row& row, const RowSubject& subject, Mistakes mistakes, Random& random,
                        bool may_break) {
  const bool broken = may_break && random.chance(kind_.rates[Mistake::column_count]);
  std::string line;
  if (kind_.format == Format::jsonl) {
    line = json_line(row, kind_);
    if (broken) line.resize(line.find_last_of(':'));
  } else if (broken) {
    Row wrong = row;
    if (random.chance(0.5)) {
      wrong.erase(wrong.begin() + static_cast<std::ptrdiff_t>(random.below(wrong.size())));
    } else {
      wrong.insert(wrong.begin() + static_cast<std::ptrdiff_t>(random.below(wrong.size())), "补录");
    }
    line = csv_line(wrong, kind_);
  } else {
    line = csv_line(row, kind_);
  }
  if (broken) mistakes.push_back(Mistake::column_count);
  line += kind_.newline;
  file_->append(line);
  ++rows_;
  log_.add(path_, ++line_, subject.id, mistakes);
}

Result<void> ExtractFile::close() {
  while (!waiting_.empty()) {
    const Waiting due = std::move(waiting_.front());
    waiting_.pop_front();
    repeat(due);
  }
  return file_->close();
}

}  // namespace jingwei::sim
