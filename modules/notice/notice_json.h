// Notices, receipts, rumours and alerts as JSON (api.yaml), and lists as pages to be printed.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/messages.h"
#include "modules/notice/notice_service.h"

namespace jingwei::notice {

// What rendering needs of the hub.
struct Shown {
  const region::Tree& tree;
  Language language;
};

void write_notice(JsonWriter& json, const Notice& notice, const Shown& shown);
void write_received(JsonWriter& json, const Received& one);
void write_rumour(JsonWriter& json, const Rumour& rumour, Language language);
void write_alert(JsonWriter& json, const Alert& alert, Instant now);
std::string preview_json(const Preview& preview, const Shown& shown);
std::string progress_json(const std::vector<Progress>& all, const Notice& notice, const Shown& shown);
std::string loads_json(std::vector<CommunityLoad> loads, const Caps& caps, const std::string& month,
                       const Shown& shown);

// A receipt with the person it is of. Residents are shown by their surname.
struct NamedReceipt {
  Receipt receipt;
  std::string name;
  std::string address = {};  // of a person without account: up to the building
  bool person = false;
  std::string pseudonym = {};  // for the audit log
};
// `contact`: whoever the receipt is of; an error where nobody is known any more.
NamedReceipt named(const Receipt& receipt, const Result<Contact>& contact);
std::string shown_name(const Contact& contact);
void write_receipt(JsonWriter& json, const NamedReceipt& one, const Shown& shown);
// A page of HTML with one sheet for each building, to be signed by hand: of people without an account by
// their address in each region; accounts have no address, so whoever holds one stands on the sheet of the
// region of their grant, and where that is a flat, on its building's.
std::string printed_list(const Notice& notice, const std::vector<NamedReceipt>& people, const Shown& shown);

// `secret` only when it was just made.
std::string webhook_json(const std::optional<Webhook>& webhook, const std::string& secret);

}  // namespace jingwei::notice
