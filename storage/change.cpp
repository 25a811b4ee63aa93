#include "storage/change.h"

#include <charconv>
#include <iterator>

namespace jingwei::storage {

namespace {

template <typename T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  if (to.empty()) {
    to = std::move(from);
  } else {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }
  from.clear();
}

std::optional<std::int64_t> parse_number(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (fault != std::errc{} || end != digits.data() + digits.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

void Change::add(Change&& other) {
  JW_ASSERT(shard == other.shard || shard == 0 || other.shard == 0);
  JW_ASSERT(!idempotency || !other.idempotency);
  if (shard == 0) shard = other.shard;
  append(writes, std::move(other.writes));
  append(events, std::move(other.events));
  append(audit, std::move(other.audit));
  if (other.idempotency) idempotency = std::move(other.idempotency);
}

std::string FeedPosition::to_string() const {
  return std::to_string(transaction) + '.' + std::to_string(sequence);
}

std::optional<FeedPosition> FeedPosition::parse(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto transaction = parse_number(text.substr(0, dot));
  const auto sequence = parse_number(text.substr(dot + 1));
  if (!transaction || !sequence) return std::nullopt;
  return FeedPosition{*transaction, *sequence};
}

}  // namespace jingwei::storage
