// The rules of cleaning: every change made to a value and every reason to refuse one has an id, a sentence in
// zh and en (messages.yaml) and an example that a test runs. The table is clean_rules.def.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace jingwei::ingest {

enum class Rule : std::uint8_t {
  none,
#define JINGWEI_CHANGE(name, id, field, sent, becomes) name,
#define JINGWEI_REFUSAL(name, id, field, sent)
#include "modules/ingest/cleaning/clean_rules.def"
  changes_end,  // what stands before changes a value, what follows refuses it
#define JINGWEI_CHANGE(name, id, field, sent, becomes)
#define JINGWEI_REFUSAL(name, id, field, sent) name,
#include "modules/ingest/cleaning/clean_rules.def"
  count
};
static_assert(static_cast<int>(Rule::changes_end) < 64);

inline bool is_change(Rule rule) {
  return rule > Rule::none && rule < Rule::changes_end;
}

// Message id, such as "clean.width"; empty for none.
std::string_view message_of(Rule rule);
// The rule of a message id; none when there is no such rule.
Rule rule_named(std::string_view id);

// Which changes were made to a value.
class RuleSet {
 public:
  void add(Rule rule) { bits_ |= std::uint64_t{1} << static_cast<int>(rule); }
  void add(RuleSet other) { bits_ |= other.bits_; }
  bool has(Rule rule) const { return (bits_ >> static_cast<int>(rule) & 1) != 0; }
  bool empty() const { return bits_ == 0; }
  std::uint64_t bits() const { return bits_; }
  bool operator==(const RuleSet&) const = default;
  // Calls `each` with every rule of the set, in the order of the table.
  template <typename Each>
  void visit(Each each) const {
    for (std::uint64_t left = bits_; left != 0; left &= left - 1)
      each(static_cast<Rule>(std::countr_zero(left)));
  }

 private:
  std::uint64_t bits_ = 0;
};

}  // namespace jingwei::ingest
