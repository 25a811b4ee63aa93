#include "modules/notice/people.h"

#include <array>
#include <boost/json.hpp>

#include "base/json.h"
#include "modules/notice/notices.h"
#include "modules/notice/sql.gen.h"

namespace jingwei::notice {

std::string person_text(const Person& person) {
  JsonWriter out;
  out.begin_object();
  out.member("subject", person.subject);
  out.member("name", person.name);
  out.member("phone", person.phone);
  out.member("address", person.address);
  out.member("pseudonym", person.pseudonym);
  out.end_object();
  return out.take();
}

Result<Person> person_of_text(std::string_view text) {
  namespace json = boost::json;
  json::error_code fault;
  const json::value value = json::parse(text, fault);
  if (fault || !value.is_object())
    return Error(ErrorCode::corrupt, "notice.kept_text_broken").with("what", "person");
  const auto word = [&](std::string_view name) {
    const auto* found = value.get_object().if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
  };
  Person person;
  person.subject = word("subject");
  person.name = word("name");
  person.phone = word("phone");
  person.address = word("address");
  person.pseudonym = word("pseudonym");
  return person;
}

std::string building_of(const std::string& address) {
  std::size_t end = std::string::npos;
  for (const std::string_view mark : {"号楼", "栋", "幢", "座"}) {
    const std::size_t at = address.rfind(mark);
    if (at != std::string::npos && (end == std::string::npos || at + mark.size() > end))
      end = at + mark.size();
  }
  if (end == std::string::npos) {
    constexpr std::string_view number = "号";
    const std::size_t at = address.find(number);
    if (at == std::string::npos) return address;
    end = at + number.size();
  }
  return address.substr(0, end);
}

Result<Contact> contact_of(const NoticeParts& parts, NoticeId notice, AccountId recipient) {
  JW_ASSIGN(auto reader, parts.store.read());
  const std::array<storage::Value, 2> key = {notice.value, recipient.value};
  std::optional<std::string> sealed;
  JW_TRY(reader->query(sql::person_of, key, [&](const storage::Row& row) {
    sealed = std::string(row.blob(0));
    return true;
  }));
  reader.reset();
  if (!sealed) return parts.directory.contact(recipient);
  if (sealed->empty()) return Error(ErrorCode::gone, "notice.person_gone");
  JW_ASSIGN(const std::string text,
            parts.sealer.open({"notice_person", recipient.value, "content"}, *sealed));
  JW_ASSIGN(const Person person, person_of_text(text));
  return Contact{person.name, person.phone, true, person.address, true, person.pseudonym};
}

}  // namespace jingwei::notice
