// Chinese variants (OpenCC) and pinyin (ICU).
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <Config.hpp>
#include <ConversionChain.hpp>
#include <Converter.hpp>
#include <Dict.hpp>
#include <Lexicon.hpp>

#include <bitset>
#include <set>

#include "base/result.h"
#include "base/text.h"

namespace jingwei::text {

namespace {

// Converts by one of OpenCC's configurations. Most texts have no character that any of its dictionaries
// changes: those are told by a table, since OpenCC takes microseconds for them too. Converting is const all
// the way down in OpenCC, so one converter serves every thread.
class Variants {
 public:
  explicit Variants(const char* configuration) : converter_(opencc::Config().NewFromFile(configuration)) {
    std::vector<std::u32string> phrases;
    for (const auto& conversion : converter_->GetConversionChain()->GetConversions()) {
      const auto lexicon = conversion->GetDict()->GetLexicon();
      for (std::size_t at = 0; at < lexicon->Length(); ++at) {
        const opencc::DictEntry& entry = *lexicon->At(at);
        if (entry.GetDefault() == entry.Key()) continue;
        const std::u32string key = code_points(entry.Key());
        key.size() == 1 ? mark(key[0]) : phrases.push_back(key);
      }
    }
    // A phrase that is changed though none of its characters is: by its first one.
    for (const auto& phrase : phrases) {
      if (std::none_of(phrase.begin(), phrase.end(), [&](char32_t point) { return may_change(point); }))
        mark(phrase[0]);
    }
  }

  std::string convert(std::string_view text) const {
    if (!any_may_change(text)) return std::string(text);
    try {
      return converter_->Convert(std::string(text));
    } catch (...) {
      return std::string(text);
    }
  }

 private:
  static constexpr char32_t told_apart = 0x10000;  // what lies beyond is always asked for

  void mark(char32_t point) {
    if (point < told_apart) changed_.set(point);
  }
  bool may_change(char32_t point) const { return point >= told_apart || changed_.test(point); }
  bool any_may_change(std::string_view text) const {
    for (std::size_t at = 0; at < text.size();) {
      if (may_change(next_code_point(text, at))) return true;
    }
    return false;
  }

  opencc::ConverterPtr converter_;
  std::bitset<told_apart> changed_;
};

// Readings of single characters, filled as they are met: the transliterator is slow and not safe to share,
// looking up a reading must be neither.
class Readings {
 public:
  Readings() {
    UErrorCode fault = U_ZERO_ERROR;
    transliterator_.reset(
        icu::Transliterator::createInstance("Han-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, fault));
    JW_ASSERT(U_SUCCESS(fault) && transliterator_);
  }

  // Empty when ICU knows no reading.
  const std::string& of(char32_t point) {
    const bool cached = point >= first && point < first + count;
    if (cached) {
      if (const auto* known = known_[point - first].load(std::memory_order_acquire)) return *known;
    }
    const std::lock_guard guard(lock_);
    icu::UnicodeString character(static_cast<UChar32>(point));
    transliterator_->transliterate(character);
    std::string latin;
    character.toUTF8String(latin);
    std::erase_if(latin, [](char c) { return c < 'a' || c > 'z'; });
    const auto* reading = &*interned_.insert(std::move(latin)).first;
    if (cached) known_[point - first].store(reading, std::memory_order_release);
    return *reading;
  }

 private:
  static constexpr char32_t first = 0x3400, count = 0xA000 - 0x3400;
  std::mutex lock_;
  std::unique_ptr<icu::Transliterator> transliterator_;
  std::set<std::string> interned_;
  std::array<std::atomic<const std::string*>, count> known_{};
};

Readings& readings() {
  static Readings instance;
  return instance;
}

// Calls `syllable` for each Chinese character's reading and each word of other letters and digits.
template <typename Call>
void each_syllable(std::string_view text, Call call) {
  std::string folded;
  if (!is_ascii(text)) text = folded = nfkc(text);
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) call(std::string_view(word));
    word.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = next_code_point(text, at);
    if (is_han(point)) {
      flush();
      const std::string& reading = readings().of(point);
      if (!reading.empty()) call(std::string_view(reading));
    } else if (point < 0x80 ? std::isalnum(static_cast<int>(point))
                            : u_isalnum(static_cast<UChar32>(point))) {
      append_code_point(word, static_cast<char32_t>(u_tolower(static_cast<UChar32>(point))));
    } else {
      flush();
    }
  }
  flush();
}

}  // namespace

std::string to_simplified(std::string_view text) {
  if (is_ascii(text) || !is_utf8(text)) return std::string(text);
  static const Variants variants("t2s.json");
  return variants.convert(text);
}

std::string to_traditional(std::string_view text) {
  if (is_ascii(text) || !is_utf8(text)) return std::string(text);
  static const Variants variants("s2t.json");
  return variants.convert(text);
}

std::vector<std::string> pinyin(std::string_view text) {
  std::vector<std::string> syllables;
  each_syllable(text, [&](std::string_view syllable) { syllables.emplace_back(syllable); });
  return syllables;
}

std::string pinyin_joined(std::string_view text) {
  std::string joined;
  each_syllable(text, [&](std::string_view syllable) { joined += syllable; });
  return joined;
}

std::string pinyin_initials(std::string_view text) {
  std::string initials;
  each_syllable(text, [&](std::string_view syllable) {
    std::size_t at = 0;
    append_code_point(initials, next_code_point(syllable, at));
  });
  return initials;
}

}  // namespace jingwei::text
