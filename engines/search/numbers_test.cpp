// Goal: a number with one mistake, wherever it stands and whatever it is, is found by the lists and told by
// looking, and nothing else is.
#include "engines/search/numbers.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "engines/linkage/strings.h"

namespace jingwei::search {
namespace {

// By trying every part of the number.
bool holds_nearly_by_trying(std::string_view number, std::string_view wanted) {
  for (const std::size_t size : {wanted.size(), wanted.size() + 1, wanted.size() - 1}) {
    for (std::size_t at = 0; at + size <= number.size(); ++at) {
      if (linkage::edits(number.substr(at, size), wanted, 1) <= 1) return true;
    }
  }
  return false;
}

// Few different digits, so that parts stand in several places.
std::string digits(Random& random, std::size_t count) {
  std::string text;
  for (std::size_t at = 0; at < count; ++at) text += static_cast<char>('1' + random.below(3));
  return text;
}

std::string mistyped(std::string text, Random& random) {
  const std::size_t at = random.below(text.size() - 1);
  switch (random.below(4)) {
    case 0:
      text[at] = text[at] == '1' ? '2' : '1';
      break;
    case 1:
      text.erase(at, 1);
      break;
    case 2:
      text.insert(at, 1, '3');
      break;
    default:
      std::swap(text[at], text[at + 1]);
  }
  return text;
}

TEST(Numbers, OneMistakeIsToldWhereverItIs) {
  SeededRandom random(4);
  std::size_t answered = 0;
  for (int round = 0; round < 40'000; ++round) {
    const std::string number = digits(random, 18);
    const std::size_t size = 9 + random.below(7);
    std::string wanted = number.substr(random.below(18 - size + 1), size);
    for (std::size_t mistakes = random.below(3); mistakes > 0; --mistakes) wanted = mistyped(wanted, random);
    if (wanted.size() < 9 || wanted.size() + 1 >= number.size()) continue;
    const bool answers = NumberQuery(wanted).match(number).has_value();
    ASSERT_EQ(answers, holds_nearly_by_trying(number, wanted)) << wanted << " in " << number;
    answered += answers ? 1 : 0;
  }
  EXPECT_GT(answered, 20'000U);
}

TEST(Numbers, CandidatesLeaveOutNothingThatAnswers) {
  SeededRandom random(6);
  Texts texts;
  std::vector<std::string> numbers;
  for (TextId text = 0; text < 3'000; ++text) {
    numbers.push_back(std::to_string(10'000'000'000'000'000 + random.below(80'000'000'000'000'000)));
    texts.add(numbers.back(), text + 1, number_terms(numbers.back()));
    texts.attach(text, 0);
  }
  for (int round = 0; round < 400; ++round) {
    const std::string& number = numbers[random.below(numbers.size())];
    const std::size_t size = 9 + random.below(9);
    const NumberQuery query(mistyped(number.substr(random.below(number.size() - size + 1), size), random));
    const auto candidates = query.candidates(texts);
    EXPECT_TRUE(std::is_sorted(candidates.begin(), candidates.end()));
    for (TextId text = 0; text < numbers.size(); ++text) {
      if (query.match(numbers[text]).has_value()) {
        EXPECT_TRUE(std::binary_search(candidates.begin(), candidates.end(), text)) << numbers[text];
      }
    }
  }
}

}  // namespace
}  // namespace jingwei::search
