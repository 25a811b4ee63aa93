#include "engines/linkage/records.h"

#include <algorithm>

#include "base/result.h"
#include "engines/linkage/chinese.h"
#include "engines/linkage/normal_form.h"
#include "engines/linkage/parallel.h"
#include "engines/linkage/radix_sort.h"

namespace jingwei::linkage {

std::uint32_t TextStore::add(std::string_view text) {
  bytes_ += text;
  ends_.push_back(bytes_.size());
  return static_cast<std::uint32_t>(ends_.size() - 2);
}

namespace {

// A value of a telling field is a default when it stands in so many rows, and so many times the usual number.
constexpr std::uint32_t default_rows_least = 20;
constexpr double default_times_usual = 20;

constexpr std::uint32_t empty_slot = 0xFFFFFFFF;

struct Hashed {
  std::uint64_t hash;
  std::uint32_t index;
};

// Eight bytes in the order of their text.
std::uint64_t first_bytes(std::string_view text) {
  std::uint64_t key = 0;
  for (std::size_t at = 0; at < 8; ++at)
    key = key << 8 | (at < text.size() ? static_cast<unsigned char>(text[at]) : 0);
  return key;
}

}  // namespace

Records::Records(std::vector<Field> fields)
    : raws_(fields.size()), different_(fields.size()), value_of_(fields.size()), columns_(fields.size()) {
  JW_ASSERT(!fields.empty() && fields.size() <= fields_most);
  for (std::size_t i = 0; i < fields.size(); ++i) columns_[i].field = std::move(fields[i]);
}

void Records::add(Side side, std::string_view id, std::span<const std::string_view> values) {
  JW_ASSERT(values.size() == columns_.size());
  sides_.push_back(side);
  has_right_ = has_right_ || side == Side::right;
  ids_.add(id);
  for (std::size_t field = 0; field < values.size(); ++field) raws_[field].add(values[field]);
}

void Records::prepare_column(std::size_t field) {
  Column& column = columns_[field];
  const TextStore& raw = raws_[field];
  // Each different text once.
  std::vector<std::uint32_t> text_of(size()), slots(64, empty_slot);
  auto& different = different_[field];
  for (std::uint32_t record = 0; record < size(); ++record) {
    if (slots.size() < 2 * (different.size() + 1)) {
      slots.assign(slots.size() * 4, empty_slot);
      for (std::uint32_t number = 0; number < different.size(); ++number) {
        std::size_t at = hash_bytes(raw[different[number]]) & (slots.size() - 1);
        while (slots[at] != empty_slot) at = (at + 1) & (slots.size() - 1);
        slots[at] = number;
      }
    }
    const std::string_view text = raw[record];
    std::size_t at = hash_bytes(text) & (slots.size() - 1);
    while (slots[at] != empty_slot && raw[different[slots[at]]] != text) at = (at + 1) & (slots.size() - 1);
    if (slots[at] == empty_slot) {
      slots[at] = static_cast<std::uint32_t>(different.size());
      different.push_back(record);
    }
    text_of[record] = slots[at];
  }
  std::vector<std::uint32_t>().swap(slots);
  // Values are numbered by a hash of their normal form, so that nothing depends on the order of the records.
  TextStore forms;
  std::vector<Hashed> order;
  for (std::uint32_t number = 0; number < different.size(); ++number) {
    const std::string form = normal_form(column.field.type, raw[different[number]]);
    forms.add(form);
    if (!form.empty()) order.push_back({value_hash(form), number});
  }
  radix_sort(
      order, [](const Hashed& one) { return one.hash; },
      [&](const Hashed& a, const Hashed& b) {
        return a.hash != b.hash ? a.hash < b.hash : forms[a.index] < forms[b.index];
      });
  column.values.add("");
  column.hashes.push_back(0);
  std::vector<ValueId> value_of_text(different.size(), no_value);
  std::string_view last;
  for (const auto& [hash, number] : order) {
    if (last != forms[number]) {
      column.values.add(forms[number]);
      column.hashes.push_back(hash);
    }
    last = forms[number];
    value_of_text[number] = static_cast<ValueId>(column.values.size() - 1);
  }
  value_of_[field].resize(size());
  for (std::uint32_t record = 0; record < size(); ++record)
    value_of_[field][record] = value_of_text[text_of[record]];
  column.counts.assign(column.values.size(), 0);
  if (is_name(column.field.type)) {
    for (ValueId value = 0; value < column.values.size(); ++value)
      column.sounds.add(sound_of(column.values[value]));
  }
}

void Records::rank_records() {
  std::vector<Hashed> order(size());
  for (std::uint32_t record = 0; record < size(); ++record) order[record] = {first_bytes(id(record)), record};
  const auto by_side_and_id = [&](const Hashed& a, const Hashed& b) {
    if (sides_[a.index] != sides_[b.index]) return sides_[a.index] < sides_[b.index];
    if (a.hash != b.hash) return a.hash < b.hash;
    const int compared = id(a.index).compare(id(b.index));
    return compared != 0 ? compared < 0 : a.index < b.index;
  };
  // Right ids come behind left ones: where there are two sides the first byte's highest bit tells them.
  radix_sort(
      order,
      [&](const Hashed& one) {
        return has_right_ ? one.hash >> 1 | std::uint64_t{sides_[one.index] == Side::right} << 63 : one.hash;
      },
      by_side_and_id);
  ranks_.resize(size());
  for (std::uint32_t at = 0; at < size(); ++at) ranks_[order[at].index] = at;
}

void Records::prepare(unsigned threads, const std::vector<std::vector<std::uint64_t>>* defaults) {
  JW_ASSERT(defaults == nullptr || defaults->size() == columns_.size());
  in_parallel(columns_.size() + 1, threads, [&](std::size_t at) {
    if (at == columns_.size()) return rank_records();
    prepare_column(at);
    if (defaults == nullptr) return;
    const Column& column = columns_[at];
    for (ValueId value = 1; value < column.values.size(); ++value) {
      if (std::binary_search((*defaults)[at].begin(), (*defaults)[at].end(), column.hashes[value]))
        columns_[at].defaults.emplace_back(value, 0);
    }
    drop_defaults(at);
  });
  gather_rows();
  in_parallel(columns_.size(), threads, [&](std::size_t field) {
    count_values(field);
    if (defaults == nullptr) find_defaults(field);
  });
  const bool any = std::any_of(columns_.begin(), columns_.end(),
                               [](const Column& column) { return !column.defaults.empty(); });
  if (defaults == nullptr && any) {
    // Rows that differed in a default only are one.
    in_parallel(columns_.size(), threads, [&](std::size_t field) { drop_defaults(field); });
    gather_rows();
    in_parallel(columns_.size(), threads, [&](std::size_t field) { count_values(field); });
  }
  value_of_.clear();
}

void Records::count_values(std::size_t field) {
  Column& column = columns_[field];
  std::fill(column.counts.begin(), column.counts.end(), 0U);
  for (std::size_t row = 0; row < row_count_; ++row)
    ++column.counts[row_values_[row * columns_.size() + field]];
  column.filled = row_count_ - column.counts[no_value];
  double pairs = 0;
  for (ValueId value = 1; value < column.counts.size(); ++value) {
    const double count = column.counts[value];
    pairs += count * count;
  }
  const auto filled = static_cast<double>(column.filled);
  column.chance_of_agreement = filled == 0 ? 0 : pairs / (filled * filled);
}

void Records::find_defaults(std::size_t field) {
  Column& column = columns_[field];
  const FieldType type = column.field.type;
  if (type != FieldType::date && type != FieldType::identifier && type != FieldType::phone &&
      type != FieldType::email)
    return;
  // The most common values, one after the other, as long as each stands far above what is left without it.
  std::vector<ValueId> order;
  for (ValueId value = 1; value < column.counts.size(); ++value) {
    if (column.counts[value] >= default_rows_least) order.push_back(value);
  }
  std::sort(order.begin(), order.end(), [&](ValueId a, ValueId b) {
    return column.counts[a] != column.counts[b] ? column.counts[a] > column.counts[b] : a < b;
  });
  double filled = static_cast<double>(column.filled), squares = column.chance_of_agreement * filled * filled;
  for (const ValueId value : order) {
    const double count = column.counts[value];
    const double left = filled - count, left_squares = squares - count * count;
    // A row of the others meets its value in left_squares / left rows, on average.
    if (left <= 0 || count < default_times_usual * std::max(1.0, left_squares / left)) break;
    column.defaults.emplace_back(value, column.counts[value]);
    filled = left;
    squares = left_squares;
  }
}

void Records::drop_defaults(std::size_t field) {
  const Column& column = columns_[field];
  if (column.defaults.empty()) return;
  std::vector<bool> drop(column.counts.size(), false);
  for (const auto& [value, rows] : column.defaults) drop[value] = true;
  for (ValueId& value : value_of_[field]) {
    if (drop[value]) value = no_value;
  }
}

void Records::gather_rows() {
  const std::size_t width = columns_.size();
  std::vector<ValueId> values(size() * width);
  std::vector<Hashed> hashed(size());
  for (std::size_t record = 0; record < size(); ++record) {
    std::uint64_t hash = 0;
    for (std::size_t field = 0; field < width; ++field) {
      const ValueId value = value_of_[field][record];
      values[record * width + field] = value;
      hash = with_value(hash, columns_[field].hashes[value]);
    }
    hashed[record] = {hash, static_cast<std::uint32_t>(record)};
  }
  row_count_ = 0;
  row_values_.clear(), row_sides_.clear(), copy_begin_.clear();
  const auto row_less = [&](std::uint32_t a, std::uint32_t b) {
    return std::lexicographical_compare(&values[a * width], &values[a * width] + width, &values[b * width],
                                        &values[b * width] + width);
  };
  const auto same_row = [&](std::uint32_t a, std::uint32_t b) {
    return std::equal(&values[a * width], &values[a * width] + width, &values[b * width]);
  };
  radix_sort(
      hashed, [](const Hashed& one) { return one.hash; },
      [&](const Hashed& a, const Hashed& b) {
        if (a.hash != b.hash) return a.hash < b.hash;
        if (!same_row(a.index, b.index)) return row_less(a.index, b.index);
        return ranks_[a.index] < ranks_[b.index];
      });
  copies_.resize(size());
  for (std::size_t at = 0; at < size(); ++at) copies_[at] = hashed[at].index;
  row_of_.resize(size());
  for (std::size_t at = 0; at < size(); ++at) {
    const std::uint32_t record = copies_[at];
    if (at == 0 || !same_row(copies_[at - 1], record)) {
      copy_begin_.push_back(static_cast<std::uint32_t>(at));
      row_values_.insert(row_values_.end(), &values[record * width], &values[record * width] + width);
      row_sides_.push_back(0);
      ++row_count_;
    }
    row_of_[record] = static_cast<std::uint32_t>(row_count_ - 1);
    row_sides_.back() =
        static_cast<std::uint8_t>(row_sides_.back() | 1U << static_cast<unsigned>(sides_[record]));
  }
  copy_begin_.push_back(static_cast<std::uint32_t>(size()));
}

}  // namespace jingwei::linkage
