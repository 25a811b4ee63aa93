// People of the registry that a notice is for though they have no account: found by what stands about them
// under a purpose, told by message, call or at the door.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/caller.h"
#include "base/ids.h"
#include "modules/notice/notice.h"

namespace jingwei::notice {

struct NoticeParts;

struct Person {
  std::string subject;  // of the registry; the record's where it tells of nobody yet
  RegionId region;
  std::string name, phone, address;  // empty: not known
  std::string pseudonym = {};        // by which the audit log knows them; empty: the record gives no number
};

// Whose records the query names in the regions below `under` (none: everywhere the caller sees), each person
// once, at most limits::subject_people. Errors: not_found, invalid, denied (the purpose, or names closed to
// the caller), too_large "notice.too_many", the store's.
using PeopleFinder = std::function<Result<std::vector<Person>>(
    const SubjectQuery& query, const std::vector<std::string>& under,
    const std::shared_ptr<const access::Caller>& caller)>;

// As kept with the notice, sealed. Errors: corrupt.
std::string person_text(const Person& person);
Result<Person> person_of_text(std::string_view text);

// Up to the building: without the flat. The whole address where no building stands in it.
std::string building_of(const std::string& address);

struct Contact;
// Whoever a receipt is of: an account, or a person that the notice keeps. Errors: Directory::contact's; gone
// when the notice has ended and no longer knows.
Result<Contact> contact_of(const NoticeParts& parts, NoticeId notice, AccountId recipient);

}  // namespace jingwei::notice
