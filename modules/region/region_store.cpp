#include "modules/region/region_store.h"

#include "modules/region/sql.gen.h"

namespace jingwei::region {
namespace {

using storage::Value;

Value boundary_value(const OwnRegion& region) {
  return region.boundary ? Value(region.boundary->geojson()) : Value(storage::Null{});
}

Result<std::shared_ptr<const Boundary>> read_boundary(std::string_view geojson) {
  auto boundary = Boundary::from_geojson(geojson);
  if (!boundary.ok()) {
    return Error(ErrorCode::corrupt, "region.boundary_invalid").with("reason", boundary.error().detail);
  }
  return std::shared_ptr<const Boundary>(std::make_shared<Boundary>(std::move(boundary).value()));
}

std::vector<std::string> split_codes(std::string_view text) {
  std::vector<std::string> codes;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    codes.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return codes;
}

std::string join_codes(const std::vector<std::string>& codes) {
  std::string out;
  for (const std::string& code : codes) out += (out.empty() ? "" : ",") + code;
  return out;
}

Result<void> read_versions(storage::Reader& reader, OwnRegions& into) {
  Result<void> fault;
  JW_TRY(reader.query(sql::read_versions, {}, [&](const storage::Row& row) {
    const bool present = row.is_null(2);
    if (!present) {
      into.retired.push_back({.id = row.integer(0),
                              .code = std::string(row.text(3)),
                              .parent_code = {},
                              .name = std::string(row.text(5)),
                              .level = static_cast<std::uint8_t>(row.integer(6)),
                              .valid_from = static_cast<std::int32_t>(row.integer(1)),
                              .valid_to = static_cast<std::int32_t>(row.integer(2)),
                              .successors = split_codes(row.text(10))});
      return true;
    }
    OwnRegion region{.id = RegionId(row.integer(0)),
                     .parent = RegionId(row.integer(4)),
                     .code = std::string(row.text(3)),
                     .name = std::string(row.text(5)),
                     .level = static_cast<Level>(row.integer(6)),
                     .kind = std::string(row.text(7)),
                     .synthetic = row.integer(8) != 0,
                     .valid_from = static_cast<std::int32_t>(row.integer(1)),
                     .boundary = nullptr,
                     .version = row.integer(11)};
    if (!row.is_null(9)) {
      auto boundary = read_boundary(row.text(9));
      if (!boundary.ok()) {
        fault = boundary.error();
        return false;
      }
      region.boundary = std::move(boundary).value();
    }
    into.regions.push_back(std::move(region));
    return true;
  }));
  return fault;
}

}  // namespace

Result<OwnRegions> read_own_regions(storage::Reader& reader) {
  OwnRegions out;
  JW_TRY(read_versions(reader, out));
  Result<void> fault;
  JW_TRY(reader.query(sql::read_known_boundaries, {}, [&](const storage::Row& row) {
    auto boundary = read_boundary(row.text(1));
    if (!boundary.ok()) {
      fault = boundary.error();
      return false;
    }
    out.boundaries.push_back({RegionId(row.integer(0)), std::move(boundary).value()});
    return true;
  }));
  JW_TRY(fault);
  std::unordered_map<std::int64_t, std::size_t> zone_at;
  JW_TRY(reader.query(sql::read_zones, {}, [&](const storage::Row& row) {
    zone_at.emplace(row.integer(0), out.zones.size());
    out.zones.push_back({RegionId(row.integer(0)),
                         std::string(row.text(1)),
                         std::string(row.text(2)),
                         std::string(row.text(3)),
                         {},
                         {}});
    return true;
  }));
  JW_TRY(reader.query(sql::read_zone_members, {}, [&](const storage::Row& row) {
    if (const auto at = zone_at.find(row.integer(0)); at != zone_at.end()) {
      out.zones[at->second].members.emplace_back(row.integer(1));
    }
    return true;
  }));
  return out;
}

namespace {

storage::Write insert_version(const OwnRegion& region) {
  return {&sql::put_version,
          {region.id.value, std::int64_t{region.valid_from}, region.code, region.parent.value, region.name,
           static_cast<std::int64_t>(region.level), region.kind, std::int64_t{region.synthetic},
           boundary_value(region)},
          1};
}

}  // namespace

void write_new(storage::Change& change, const OwnRegion& region) {
  change.writes.push_back({&sql::put_region, {region.id.value, region.code}, 1});
  change.writes.push_back(insert_version(region));
}

void write_next(storage::Change& change, const OwnRegion& now, const OwnRegion* next,
                const std::vector<std::string>& successors, std::int32_t day) {
  const Value code = next != nullptr ? Value(next->code) : Value(storage::Null{});
  change.writes.push_back({&sql::change_region, {now.id.value, code, now.version}, 1});
  if (next != nullptr && now.valid_from == day) {
    change.writes.push_back(
        {&sql::replace_version,
         {now.id.value, next->code, next->parent.value, next->name, static_cast<std::int64_t>(next->level),
          next->kind, std::int64_t{next->synthetic}, boundary_value(*next)},
         1});
    return;
  }
  change.writes.push_back({&sql::end_version, {now.id.value, std::int64_t{day}, join_codes(successors)}, 1});
  if (next != nullptr) change.writes.push_back(insert_version(*next));
}

}  // namespace jingwei::region
