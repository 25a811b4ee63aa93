#include <boost/json.hpp>
#include <pugixml.hpp>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "modules/notice/alerts.h"

namespace jingwei::notice {

namespace {

namespace json = boost::json;

constexpr const char* cap_namespace = "urn:oasis:names:tc:emergency:cap:1.2";
constexpr std::size_t polygon_points = 400;

void add(pugi::xml_node to, const char* name, const std::string& words) {
  if (!words.empty()) to.append_child(name).text().set(words.c_str());
}

// CAP's dateTime: an offset and no fraction, never Z.
std::string cap_time(Instant at, const Zone& zone) {
  const auto offset = std::chrono::duration_cast<std::chrono::minutes>(zone.offset_at(at));
  const std::string local = to_rfc3339(at + offset);
  char east[32];
  std::snprintf(east, sizeof east, "%c%02d:%02d", offset.count() < 0 ? '-' : '+',
                static_cast<int>(std::abs(offset.count())) / 60,
                static_cast<int>(std::abs(offset.count())) % 60);
  return local.substr(0, 19) + east;
}

// A ring as CAP has it: "latitude,longitude" with spaces between, closed; thinned to what a feed can carry.
std::string polygon_of(const json::array& ring) {
  const std::size_t step = ring.size() / polygon_points + 1;
  std::string points;
  const auto point = [&](const json::value& at) {
    if (!at.is_array() || at.get_array().size() < 2) return;
    char text[64];
    std::snprintf(text, sizeof text, "%.6g,%.7g", at.get_array()[1].to_number<double>(),
                  at.get_array()[0].to_number<double>());
    points += (points.empty() ? "" : " ") + std::string(text);
  };
  for (std::size_t at = 0; at + 1 < ring.size(); at += step) point(ring[at]);
  if (!ring.empty()) point(ring.front());
  return points;
}

// The outer rings of a boundary.
std::vector<std::string> polygons_of(const region::Boundary& boundary) {
  std::vector<std::string> polygons;
  boost::system::error_code fault;
  const json::value geometry = json::parse(boundary.geojson(), fault);
  if (fault || !geometry.is_object()) return polygons;
  const json::value* const coordinates = geometry.get_object().if_contains("coordinates");
  const json::value* const type = geometry.get_object().if_contains("type");
  if (coordinates == nullptr || type == nullptr || !coordinates->is_array()) return polygons;
  const auto outer = [&](const json::value& polygon) {
    if (polygon.is_array() && !polygon.get_array().empty() && polygon.get_array().front().is_array())
      polygons.push_back(polygon_of(polygon.get_array().front().get_array()));
  };
  if (type->is_string() && type->get_string() == "MultiPolygon") {
    for (const auto& polygon : coordinates->get_array()) outer(polygon);
  } else {
    outer(*coordinates);
  }
  return polygons;
}

void add_area(pugi::xml_node& info, const std::string& code, const region::Tree& tree) {
  const region::Node node = tree.find(code);
  pugi::xml_node area = info.append_child("area");
  add(area, "areaDesc", node == region::no_node ? code : tree.path_text(node));
  if (const auto* const boundary = node == region::no_node ? nullptr : tree.boundary(node)) {
    for (const auto& polygon : polygons_of(*boundary)) add(area, "polygon", polygon);
  }
  pugi::xml_node geocode = area.append_child("geocode");
  add(geocode, "valueName", "GB/T 2260");
  add(geocode, "value", code);
}

std::string printed(const pugi::xml_document& document) {
  std::ostringstream text;
  document.save(text, "  ", pugi::format_indent, pugi::encoding_utf8);
  return text.str();
}

void declare(pugi::xml_document& document) {
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
}

std::string alert_address(const Alert& alert, const CapPlace& place) {
  return place.address + "/api/v1/alerts/" + alert.id.to_string() + "/cap";
}

}  // namespace

std::string cap_xml(const Alert& alert, const Alert* replaced, const CapPlace& place, const Zone& zone) {
  pugi::xml_document document;
  declare(document);
  pugi::xml_node root = document.append_child("alert");
  root.append_attribute("xmlns") = cap_namespace;
  add(root, "identifier", alert.identifier);
  add(root, "sender", place.sender);
  add(root, "sent", cap_time(alert.sent_at, zone));
  add(root, "status", alert.status);
  add(root, "msgType", alert.kind);
  add(root, "scope", "Public");
  if (replaced != nullptr)
    add(root, "references",
        place.sender + "," + replaced->identifier + "," + cap_time(replaced->sent_at, zone));
  pugi::xml_node info = root.append_child("info");
  add(info, "language", "zh-CN");
  add(info, "category", alert.category);
  add(info, "event", alert.event);
  add(info, "urgency", alert.urgency);
  add(info, "severity", alert.severity);
  add(info, "certainty", alert.certainty);
  add(info, "effective", cap_time(alert.effective_at, zone));
  add(info, "expires", cap_time(alert.expires_at, zone));
  add(info, "senderName", place.name);
  add(info, "headline", alert.headline);
  add(info, "description", alert.description);
  add(info, "instruction", alert.instruction);
  if (!place.address.empty()) add(info, "web", alert_address(alert, place));
  for (const auto& code : alert.areas) add_area(info, code, place.tree);
  return printed(document);
}

std::string cap_feed(const std::vector<Alert>& alerts, const CapPlace& place, Instant now) {
  pugi::xml_document document;
  declare(document);
  pugi::xml_node feed = document.append_child("feed");
  feed.append_attribute("xmlns") = "http://www.w3.org/2005/Atom";
  add(feed, "id", "urn:jingwei:alerts:" + place.sender);
  add(feed, "title", place.name);
  add(feed, "updated", to_rfc3339(alerts.empty() ? now : alerts.front().sent_at));
  add(feed.append_child("author"), "name", place.name);
  pugi::xml_node self = feed.append_child("link");
  self.append_attribute("rel") = "self";
  self.append_attribute("href") = (place.address + "/api/v1/alerts/feed").c_str();
  for (const auto& alert : alerts) {
    pugi::xml_node entry = feed.append_child("entry");
    add(entry, "id", "urn:jingwei:alert:" + alert.identifier);
    add(entry, "title", alert.headline);
    add(entry, "updated", to_rfc3339(alert.sent_at));
    add(entry, "published", to_rfc3339(alert.sent_at));
    add(entry, "summary", alert.description);
    pugi::xml_node link = entry.append_child("link");
    link.append_attribute("rel") = "alternate";
    link.append_attribute("type") = "application/cap+xml";
    link.append_attribute("href") = alert_address(alert, place).c_str();
    pugi::xml_node category = entry.append_child("category");
    category.append_attribute("term") = alert.kind.c_str();
  }
  return printed(document);
}

}  // namespace jingwei::notice
