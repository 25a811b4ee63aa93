// The rules of cleaning: every change made to a value and every reason to refuse one has an id and a sentence
// in zh and en (messages.yaml).
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace jingwei::ingest {

// Name in code, message id. Changes first: they fit a set of 64 bits.
#define JINGWEI_CLEAN_RULES(rule)                                                                                 \
  rule(width, "clean.width") rule(invisible, "clean.invisible") rule(white_space, "clean.white_space") rule(      \
      empty_word,                                                                                                 \
      "clean.empty_word") rule(text_mark,                                                                         \
                               "clean.text_mark") rule(name_spaces,                                               \
                                                       "clean.name.spaces") rule(name_dot, "clean.name.dot")      \
      rule(phone_prefix, "clean.phone.prefix") rule(phone_form, "clean.phone.form") rule(                         \
          code_separators,                                                                                        \
          "clean.code.separators") rule(code_case,                                                                \
                                        "clean.code.case") rule(citizen_id_upgraded,                              \
                                                                "clean.citizen_id.upgraded") rule(date_form,      \
                                                                                                  "clean."        \
                                                                                                  "date."         \
                                                                                                  "form")         \
          rule(date_chinese, "clean.date.chinese") rule(date_serial, "clean.date.serial") rule(                   \
              date_republic, "clean.date.republic") rule(date_time_cut,                                           \
                                                         "clean.date.time_cut") rule(datetime_form,               \
                                                                                     "clean.datetime.form")       \
              rule(datetime_midnight, "clean.datetime.midnight") rule(                                            \
                  number_separators,                                                                              \
                  "clean.number.separators") rule(number_exponent,                                                \
                                                  "clean.number.exponent") rule(number_unit,                      \
                                                                                "clean.number.unit")              \
                  rule(number_percent, "clean.number.percent") rule(number_form, "clean.number.form") rule(       \
                      boolean_word,                                                                               \
                      "clean.boolean.word") rule(choice_word,                                                     \
                                                 "clean.choice.word") rule(address_spaces,                        \
                                                                           "clean.address.spaces")                \
                      rule(region_name, "clean.region.name") rule(changes_end, "") rule(                          \
                          required,                                                                               \
                          "refuse.required") rule(lost_characters,                                                \
                                                  "refuse.lost_characters") rule(spreadsheet_error,               \
                                                                                 "refuse.spreadsheet_error")      \
                          rule(too_short, "refuse.too_short") rule(too_long, "refuse.too_long") rule(             \
                              pattern, "refuse.pattern") rule(too_small,                                          \
                                                              "refuse.too_small") rule(too_large,                 \
                                                                                       "refuse.too_large")        \
                              rule(name_digits, "refuse.name.digits") rule(                                       \
                                  name_symbols,                                                                   \
                                  "refuse.name."                                                                  \
                                  "symbols") rule(name_masked,                                                    \
                                                  "refuse.name.masked") rule(phone_bad_form,                      \
                                                                             "refuse.phone.form")                 \
                                  rule(phone_length, "refuse.phone.length") rule(                                 \
                                      phone_several, "refuse.phone.several") rule(phone_area_code,                \
                                                                                  "refuse.phone.area_code")       \
                                      rule(phone_scientific, "refuse.phone.scientific") rule(                     \
                                          citizen_id_length,                                                      \
                                          "refuse.citizen_id.length") rule(citizen_id_form,                       \
                                                                           "refuse.citizen_id.form")              \
                                          rule(citizen_id_region, "refuse.citizen_id.region") rule(               \
                                              citizen_id_birth,                                                   \
                                              "refuse.citizen_id.birth") rule(citizen_id_future,                  \
                                                                              "refuse.citizen_id.future")         \
                                              rule(citizen_id_checksum, "refuse.citizen_id.checksum") rule(       \
                                                  citizen_id_scientific,                                          \
                                                  "refuse.citizen_id.scientific") rule(citizen_id_spreadsheet,    \
                                                                                       "refuse.citizen_id."       \
                                                                                       "spreadsheet")             \
                                                  rule(credit_code_length, "refuse.credit_code.length") rule(     \
                                                      credit_code_form,                                           \
                                                      "refuse.credit_code.form") rule(credit_code_checksum,       \
                                                                                      "refuse.credit_code."       \
                                                                                      "checksum")                 \
                                                      rule(credit_code_old, "refuse.credit_code.old") rule(       \
                                                          date_unreadable,                                        \
                                                          "refuse.date.form") rule(date_not_real,                 \
                                                                                   "refuse.date.not_real")        \
                                                          rule(date_ambiguous, "refuse.date.ambiguous") rule(     \
                                                              date_two_digit_year,                                \
                                                              "refuse.date.two_digit_year") rule(date_no_day,     \
                                                                                                 "refuse."        \
                                                                                                 "date.no_"       \
                                                                                                 "day")           \
                                                              rule(date_lunar, "refuse.date.lunar") rule(         \
                                                                  date_too_early,                                 \
                                                                  "refuse.date."                                  \
                                                                  "too_early") rule(date_too_late,                \
                                                                                    "refuse.date.too_"            \
                                                                                    "late")                       \
                                                                  rule(time_unreadable, "refuse.time.form") rule( \
                                                                      number_unreadable,                          \
                                                                      "refuse."                                   \
                                                                      "number."                                   \
                                                                      "form") rule(number_grouping,               \
                                                                                   "refuse.number.grouping")      \
                                                                      rule(number_units, "refuse.number."         \
                                                                                         "units") rule(           \
                                                                          number_range,                           \
                                                                          "refuse.number.range")                  \
                                                                          rule(                                   \
                                                                              number_not_whole,                   \
                                                                              "refuse.number.not_"                \
                                                                              "whole") rule(boolean_unknown,      \
                                                                                            "refus"               \
                                                                                            "e."                  \
                                                                                            "boole"               \
                                                                                            "an."                 \
                                                                                            "unkno"               \
                                                                                            "wn")                 \
                                                                              rule(choice_unknown,                \
                                                                                   "refuse.choice."               \
                                                                                   "unknown")                     \
                                                                                  rule(region_unknown,            \
                                                                                       "refuse."                  \
                                                                                       "region."                  \
                                                                                       "unknown")                 \
                                                                                      rule(region_ambiguous,      \
                                                                                           "refuse."              \
                                                                                           "region."              \
                                                                                           "ambiguou"             \
                                                                                           "s")

enum class Rule : std::uint8_t {
  none,
#define JINGWEI_RULE_NAME(name, id) name,
  JINGWEI_CLEAN_RULES(JINGWEI_RULE_NAME)
#undef JINGWEI_RULE_NAME
      count
};
static_assert(static_cast<int>(Rule::changes_end) < 64);

// Message id, such as "clean.width"; empty for none.
std::string_view message_of(Rule rule);

// Which changes were made to a value.
class RuleSet {
 public:
  void add(Rule rule) { bits_ |= std::uint64_t{1} << static_cast<int>(rule); }
  void add(RuleSet other) { bits_ |= other.bits_; }
  bool has(Rule rule) const { return (bits_ >> static_cast<int>(rule) & 1) != 0; }
  bool empty() const { return bits_ == 0; }
  std::uint64_t bits() const { return bits_; }
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
