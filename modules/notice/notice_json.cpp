#include "modules/notice/notice_json.h"

#include <algorithm>

#include "base/text.h"

namespace jingwei::notice {

namespace {

void instant(JsonWriter& json, const char* name, const std::optional<Instant>& at) {
  json.key(name);
  if (at) {
    json.value(to_rfc3339(*at));
  } else {
    json.null();
  }
}

void words(JsonWriter& json, const char* name, const std::vector<std::string>& list) {
  json.key(name);
  json.begin_array();
  for (const auto& word : list) json.value(word);
  json.end_array();
}

void region(JsonWriter& json, RegionId id, const region::Tree& tree, const char* code, const char* name) {
  const region::Node node = id ? tree.find(id) : region::no_node;
  json.key(code);
  if (node == region::no_node) {
    json.null();
    json.member(name, "");
    return;
  }
  json.value(tree.code(node));
  json.member(name, tree.path_text(node));
}

void write_questions(JsonWriter& json, const std::vector<Question>& questions) {
  json.key("questions");
  json.begin_array();
  for (const auto& question : questions) {
    json.begin_object();
    json.member("id", question.id);
    json.member("title", question.title);
    json.member("type", name_of(question.type));
    json.member("required", question.required);
    words(json, "values", question.values);
    json.end_object();
  }
  json.end_array();
}

void write_counts(JsonWriter& json, const ReceiptCounts& counts) {
  json.begin_object();
  json.member("all", counts.all);
  json.member("read", counts.read);
  json.member("answered", counts.answered);
  json.end_object();
}

void write_caps(JsonWriter& json, const Caps& caps) {
  json.begin_object();
  json.member("orders", caps.orders);
  json.member("forms", caps.forms);
  json.end_object();
}

// Whoever goes from door to door takes one sheet to each building: flats stand on their building's.
region::Node sheet_region(RegionId id, const region::Tree& tree) {
  region::Node node = id ? tree.find(id) : region::no_node;
  while (node != region::no_node && tree.level(node) > region::Level::building) node = tree.parent(node);
  return node;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

void write_notice(JsonWriter& json, const Notice& notice, const Shown& shown) {
  json.begin_object();
  json.member("id", notice.id.to_string());
  json.member("kind", name_of(notice.kind));
  json.member("state", notice.ended ? "ended" : "sent");
  json.member("title", notice.title);
  json.member("body", notice.body);
  json.key("audience");
  json.raw(audience_text(notice.audience));
  json.key("channels");
  json.begin_array();
  for (const Channel channel : notice.channels) json.value(name_of(channel));
  json.end_array();
  write_questions(json, notice.questions);
  region(json, notice.region, shown.tree, "region", "region_name");
  json.member("department", notice.department);
  json.member("sent_by", notice.sent_by);
  json.member("sent_at", to_rfc3339(notice.sent_at));
  instant(json, "due_at", notice.due_at);
  json.member("remind_hours", notice.remind_hours);
  json.member("recipients", notice.recipients);
  json.member("reminders", notice.reminders);
  instant(json, "reminded_at", notice.reminded_at);
  instant(json, "ended_at", notice.ended_at);
  json.end_object();
}

void write_received(JsonWriter& json, const Received& one) {
  json.begin_object();
  json.member("id", one.notice.id.to_string());
  json.member("kind", name_of(one.notice.kind));
  json.member("title", one.notice.title);
  json.member("body", one.notice.body);
  json.member("sent_at", to_rfc3339(one.notice.sent_at));
  instant(json, "due_at", one.notice.due_at);
  json.member("ended", one.notice.ended);
  write_questions(json, one.notice.questions);
  instant(json, "read_at", one.receipt.read_at);
  instant(json, "answered_at", one.receipt.answered_at);
  json.member("reminders", one.receipt.reminders);
  json.key("answers");
  json.raw(answers_text(one.receipt.answers));
  json.end_object();
}

void write_rumour(JsonWriter& json, const Rumour& rumour, Language language) {
  json.begin_object();
  json.member("id", rumour.id.to_string());
  json.member("state", name_of(rumour.state));
  json.member("claim", rumour.claim);
  json.member("seen_at", rumour.seen_at);
  json.key("claimed_on");
  rumour.claimed_on ? json.value(to_iso(*rumour.claimed_on)) : json.null();
  json.member("verdict", name_of(rumour.verdict));
  json.member("verdict_title",
              render("notice.verdict." + std::string(name_of(rumour.verdict)), {}, language));
  json.member("explanation", rumour.explanation);
  json.key("sources");
  json.begin_array();
  for (const auto& source : rumour.sources) {
    json.begin_object();
    json.member("title", source.title);
    if (!source.url.empty()) json.member("url", source.url);
    json.end_object();
  }
  json.end_array();
  instant(json, "published_at", rumour.published_at);
  instant(json, "withdrawn_at", rumour.withdrawn_at);
  json.end_object();
}

void write_alert(JsonWriter& json, const Alert& alert, Instant now) {
  const auto id = [&](const char* name, AlertId other) {
    json.key(name);
    other ? json.value(other.to_string()) : json.null();
  };
  json.begin_object();
  json.member("id", alert.id.to_string());
  json.member("identifier", alert.identifier);
  json.member("kind", alert.kind);
  json.member("stands", alert.stands(now));
  json.member("status", alert.status);
  json.member("category", alert.category);
  json.member("event", alert.event);
  json.member("urgency", alert.urgency);
  json.member("severity", alert.severity);
  json.member("certainty", alert.certainty);
  json.member("headline", alert.headline);
  json.member("description", alert.description);
  json.member("instruction", alert.instruction);
  words(json, "areas", alert.areas);
  json.member("effective_at", to_rfc3339(alert.effective_at));
  json.member("expires_at", to_rfc3339(alert.expires_at));
  json.member("sent_at", to_rfc3339(alert.sent_at));
  id("update_of", alert.update_of);
  id("replaced_by", alert.replaced_by);
  json.end_object();
}

std::string preview_json(const Preview& preview, const Shown& shown) {
  JsonWriter json(4'096);
  json.begin_object();
  json.member("people", preview.people);
  json.member("subjects", preview.subjects);
  json.member("without_phone", preview.without_phone);
  json.key("regions");
  json.begin_array();
  for (const auto& [id, count] : preview.regions) {
    json.begin_object();
    region(json, id, shown.tree, "region", "name");
    json.member("count", count);
    json.end_object();
  }
  json.end_array();
  json.key("full");
  json.begin_array();
  for (const auto& community : preview.full) {
    json.begin_object();
    region(json, community.region, shown.tree, "region", "name");
    json.member("count", community.count);
    json.member("most", community.most);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string progress_json(const std::vector<Progress>& all, const Notice& notice, const Shown& shown) {
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& one : all) {
    json.begin_object();
    region(json, one.region, shown.tree, "region", "name");
    json.key("counts");
    write_counts(json, one.counts);
    json.key("questions");
    json.begin_array();
    for (const auto& question : notice.questions) {
      const auto found = one.questions.find(question.id);
      const QuestionSum sum = found == one.questions.end() ? QuestionSum() : found->second;
      json.begin_object();
      json.member("question", question.id);
      json.member("answered", sum.answered);
      json.key("sum");
      question.type == Question::Type::number ? json.value(sum.sum) : json.null();
      json.key("counts");
      json.begin_object();
      for (const auto& [value, count] : sum.counts) json.member(value, count);
      json.end_object();
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string loads_json(std::vector<CommunityLoad> loads, const Caps& caps, const std::string& month,
                       const Shown& shown) {
  std::stable_sort(loads.begin(), loads.end(),
                   [](const auto& a, const auto& b) { return a.orders + a.forms > b.orders + b.forms; });
  JsonWriter json(4'096);
  json.begin_object();
  json.member("month", month);
  json.key("caps");
  write_caps(json, caps);
  json.key("items");
  json.begin_array();
  for (const auto& load : loads) {
    json.begin_object();
    region(json, load.region, shown.tree, "region", "name");
    json.member("orders", load.orders);
    json.member("forms", load.forms);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string shown_name(const Contact& contact) {
  if (!contact.resident) return contact.name;
  const std::u32string points = text::code_points(contact.name);
  if (points.empty()) return {};
  return text::from_code_points(points.substr(0, 1)) + std::string("**");
}

NamedReceipt named(const Receipt& receipt, const Result<Contact>& contact) {
  if (!contact) return {receipt, {}};
  return {receipt, shown_name(*contact), building_of(contact->address), contact->person, contact->pseudonym};
}

void write_receipt(JsonWriter& json, const NamedReceipt& one, const Shown& shown) {
  json.begin_object();
  json.member("account", one.receipt.account.to_string());
  json.member("name", one.name);
  region(json, one.receipt.region, shown.tree, "region", "region_name");
  json.member("role", one.receipt.role);
  json.member("person", one.person);
  json.member("building", one.address);
  instant(json, "read_at", one.receipt.read_at);
  instant(json, "answered_at", one.receipt.answered_at);
  json.member("reminders", one.receipt.reminders);
  json.key("answers");
  json.raw(answers_text(one.receipt.answers));
  json.end_object();
}

std::string printed_list(const Notice& notice, const std::vector<NamedReceipt>& people, const Shown& shown) {
  const auto say = [&](const char* id,
                       const std::vector<std::pair<std::string, std::string>>& arguments = {}) {
    return escaped(render(id, arguments, shown.language));
  };
  std::map<std::pair<region::Node, std::string>, std::vector<const NamedReceipt*>> sheets;
  for (const auto& one : people)
    sheets[{sheet_region(one.receipt.region, shown.tree), one.address}].push_back(&one);
  const std::string title = say("notice.print.title", {{"title", notice.title}});
  std::string page =
      "<!doctype html><html lang=\"" + std::string(shown.language == Language::zh ? "zh-CN" : "en") +
      "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>" +
      title +
      "</"
      "title><style>body{font-family:sans-serif;margin:2em}section{break-after:page}table{border-collapse:"
      "collapse;"
      "width:100%}td,th{border:1px solid "
      "#444;padding:.5em;text-align:left}p{white-space:pre-wrap}</style></head><body>";
  for (const auto& [place, list] : sheets) {
    std::string where = place.first == region::no_node ? "" : shown.tree.path_text(place.first);
    if (!place.second.empty()) where += " · " + place.second;
    page += "<section><h1>" + title + "</h1><p>" + escaped(notice.body) + "</p><h2>" +
            say("notice.print.head", {{"region", where}, {"count", std::to_string(list.size())}}) +
            "</h2><table><thead><tr><th>" + say("notice.print.name") + "</th><th>" +
            say("notice.print.role") + "</th><th>" + say("notice.print.done") + "</th></tr></thead><tbody>";
    for (const NamedReceipt* const one : list)
      page += "<tr><td>" + escaped(one->name) + "</td><td>" +
              (one->person ? say("notice.print.person") : escaped(one->receipt.role)) + "</td><td></td></tr>";
    page += "</tbody></table></section>";
  }
  return page + "</body></html>";
}

std::string webhook_json(const std::optional<Webhook>& webhook, const std::string& secret) {
  JsonWriter json;
  const auto text = [&](const char* name, const std::string& value) {
    json.key(name);
    value.empty() ? json.null() : json.value(value);
  };
  const Webhook one = webhook.value_or(Webhook{});
  json.begin_object();
  text("url", one.url);
  text("secret", secret);
  json.member("handed", one.handed);
  json.member("failures", one.failures);
  text("error", one.error);
  instant(json, "error_at", one.error_at);
  instant(json, "last_ok_at", one.last_ok_at);
  json.end_object();
  return json.take();
}

}  // namespace jingwei::notice
