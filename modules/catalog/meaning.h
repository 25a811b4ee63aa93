// What a field asks, whatever it is called: 手机, 联系电话 and Phone are one question.
#pragma once

#include <string>
#include <string_view>

#include "modules/catalog/resource.h"

namespace jingwei::catalog {

// A title as compared: width folded, simplified, without spaces, brackets and the words that change nothing
// (本人, 当前, 是否, "your", "present" …).
std::string plain_title(std::string_view title);

// The field's `meaning` when it names one; else that of its type where the type says it all (phone,
// citizen_id, credit_code, address); else the id that the list of synonyms gives its titles or header names;
// else "zh:" and its plain Chinese title. Never empty for a field with a title.
std::string meaning_of(const Field& field);

// What a person may write for a field (in a demand, a search): its meaning when the words are known, else
// empty.
std::string meaning_of_words(std::string_view words);

// Whether two fields could hold the same answer: of one kind of value, and both personal or neither, unless
// one says nothing about persons.
bool may_answer_alike(const Field& a, const Field& b);

// True when the field tells whom or where a record is about rather than asking something: a key, an
// identifier, the subject's name beside an identifier, the record's region and day.
bool identifies(const Resource& resource, const Field& field);

}  // namespace jingwei::catalog
