// The page that explains pairs: both sides field by field, what each field said, and why it was enough or
// not.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "engines/linkage/linkage.h"

namespace jingwei::app::cli {

// Which pairs a page shows.
struct ExplainChoice {
  std::string left, right;  // one pair, by its ids; empty: the doubtful ones and a few of every kind
  std::size_t pairs_most = 60;
};

// HTML that needs no other file, in the terminal's language. Errors: not_found (cli.link.no_record) when a
// wanted id stands nowhere.
Result<std::string> explanation_page(const linkage::Records& records, const linkage::Linkage& linkage,
                                     const ExplainChoice& choice);

// What a field's levels weigh in a learned mixture, in bits: log2(m/u) against strangers.
double level_weight(const linkage::Mixture& mixture, std::size_t field, linkage::Level level);

// A warning as a sentence in the terminal's language.
std::string warning_sentence(const linkage::Warning& warning);

}  // namespace jingwei::app::cli
