#include "modules/ingest/batch.h"

#include <charconv>

namespace jingwei::ingest {

namespace {

constexpr char unit_separator = '\x1f';
constexpr char record_separator = '\x1e';
constexpr char group_separator = '\x1d';
// Names no sentence has an argument of.
constexpr std::string_view sheet_argument = "_sheet";
constexpr std::string_view sheet_line_argument = "_sheet_line";

// Splits off the text before `stop` and removes both from `rest`.
std::string_view take_until(std::string_view& rest, char stop) {
  const std::size_t end = std::min(rest.find(stop), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

BatchState state_of(std::string_view name) {
  for (const BatchState state :
       {BatchState::queued, BatchState::running, BatchState::done, BatchState::failed}) {
    if (name_of(state) == name) return state;
  }
  return BatchState::failed;
}

BatchWithdrawal withdrawal_of(std::string_view text) {
  if (text.empty()) return BatchWithdrawal::none;
  return text == "running" ? BatchWithdrawal::running : BatchWithdrawal::done;
}

Batch batch_of(const storage::Row& row) {
  Batch batch;
  batch.id = BatchId(row.integer(0));
  batch.resource = row.text(1);
  batch.content = row.blob(2);
  batch.filename = row.text(3);
  batch.path = row.text(4);
  batch.state = state_of(row.text(5));
  batch.format = row.text(6);
  batch.encoding = row.text(7);
  batch.counts = {
      row.integer(8), row.integer(9), row.integer(10), row.integer(11), row.integer(12), row.integer(13), {}};
  batch.bytes_done = row.integer(14);
  batch.bytes_total = row.integer(15);
  batch.resume_offset = row.integer(16);
  batch.resume_line = row.integer(17);
  reasons_from_text(row.text(18), batch.counts);
  batch.error = row.text(19);
  batch.started_at = from_micros(row.integer(20));
  if (!row.is_null(21)) batch.finished_at = from_micros(row.integer(21));
  batch.notes = notes_from_text(row.text(22));
  if (!row.is_null(23)) batch.repairs = BatchId(row.integer(23));
  batch.mended = row.integer(24);
  batch.withdrawal = withdrawal_of(row.text(25));
  return batch;
}

}  // namespace

std::string_view name_of(BatchState state) {
  constexpr std::string_view names[] = {"queued", "running", "done", "failed"};
  return names[static_cast<int>(state)];
}

std::string_view name_of(BatchWithdrawal withdrawal) {
  constexpr std::string_view names[] = {"none", "running", "done"};
  return names[static_cast<int>(withdrawal)];
}

std::string_view name_of(RefusedState state) {
  return state == RefusedState::open ? "open" : "mended";
}

std::string reasons_to_text(const BatchCounts& counts) {
  std::string text;
  for (const auto& [key, rows] : counts.reasons) {
    if (!text.empty()) text += ';';
    text += key.first + '|' + key.second + '|' + std::to_string(rows);
  }
  return text;
}

void reasons_from_text(std::string_view text, BatchCounts& counts) {
  while (!text.empty()) {
    std::string_view item = take_until(text, ';');
    const std::string reason(take_until(item, '|'));
    const std::string field(take_until(item, '|'));
    std::int64_t rows = 0;
    std::from_chars(item.data(), item.data() + item.size(), rows);
    counts.reasons[{reason, field}] += rows;
  }
}

std::string arguments_to_text(const std::vector<std::pair<std::string, std::string>>& arguments) {
  std::string text;
  for (const auto& [name, value] : arguments) text += name + unit_separator + value + record_separator;
  return text;
}

std::vector<std::pair<std::string, std::string>> arguments_from_text(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> arguments;
  while (!text.empty()) {
    std::string_view item = take_until(text, record_separator);
    const std::string_view name = take_until(item, unit_separator);
    arguments.emplace_back(name, item);
  }
  return arguments;
}

std::string place_text(const RefusedRow& row) {
  return row.sheet.empty() ? std::to_string(row.line) : row.sheet + " · " + std::to_string(row.sheet_line);
}

std::string refused_arguments_to_text(const RefusedRow& row) {
  if (row.sheet.empty()) return arguments_to_text(row.arguments);
  auto all = row.arguments;
  std::string name = row.sheet;
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  all.emplace_back(sheet_argument, std::move(name));
  all.emplace_back(sheet_line_argument, std::to_string(row.sheet_line));
  return arguments_to_text(all);
}

void refused_arguments_from_text(std::string_view text, RefusedRow& row) {
  row.arguments.clear();
  for (auto& [name, value] : arguments_from_text(text)) {
    if (name == sheet_argument) {
      row.sheet = std::move(value);
    } else if (name == sheet_line_argument) {
      std::from_chars(value.data(), value.data() + value.size(), row.sheet_line);
    } else {
      row.arguments.emplace_back(std::move(name), std::move(value));
    }
  }
}

std::string notes_to_text(const std::vector<Note>& notes) {
  std::string text;
  for (const auto& note : notes) {
    std::vector<std::pair<std::string, std::string>> plain = note.arguments;
    for (auto& [name, value] : plain) {  // names of sheets and files come from outside
      std::erase_if(value, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    }
    text += note.message + record_separator + arguments_to_text(plain) + group_separator;
  }
  return text;
}

std::vector<Note> notes_from_text(std::string_view text) {
  std::vector<Note> notes;
  while (!text.empty()) {
    std::string_view item = take_until(text, group_separator);
    Note note;
    note.message = take_until(item, record_separator);
    note.arguments = arguments_from_text(item);
    notes.push_back(std::move(note));
  }
  return notes;
}

Result<std::vector<Batch>> read_batches(storage::Reader& reader, const storage::Statement& statement,
                                        std::span<const storage::Value> parameters) {
  std::vector<Batch> batches;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    batches.push_back(batch_of(row));
    return true;
  }));
  return batches;
}

}  // namespace jingwei::ingest
