// The parts of process.yaml, each read from its node; inside the reader only.
#pragma once

#include "modules/cases/process/process.h"
#include "schema/yaml.h"

namespace jingwei::cases::reading {

using schema::YamlFaults;
using schema::YamlMapping;
using schema::YamlNode;

bool is_name(std::string_view text);
catalog::Title read_title(const YamlNode* node, YamlFaults& faults);
// "4h", "30m", "2d"; reports what else it is.
std::optional<Span> read_span(const YamlNode* node, YamlFaults& faults, ClockKind clock = ClockKind::working);
// A span alone, or {within, clock}.
std::optional<Span> read_timed(const YamlNode* node, YamlFaults& faults,
                               ClockKind clock = ClockKind::working);
std::shared_ptr<const Guard> read_guard(const YamlNode* node, YamlFaults& faults);
std::optional<region::Level> read_level(const YamlNode* node, YamlFaults& faults);
// Compact JSON that reads back as the same YAML.
std::string json_of(const YamlNode& node);

// Puts the logic of rules of the package (the root of its rules.yaml; null: it has none) where guards of a
// process call them; whether any does. Reports rules that there are none of, facts that a rule has not, and
// rules that no guard can call.
bool put_rules(YamlNode& process, const YamlNode* rules, YamlFaults& faults);

// States below `parent`, appended to the process.
void read_states(const YamlNode& list, int parent, Process& process, YamlFaults& faults);
void read_transitions(const YamlNode& list, Process& process, YamlFaults& faults);
// What entering a state tells people, and what counts against the caps of communities (process_telling.cpp).
std::vector<Telling> read_tell(const YamlNode& list, YamlFaults& faults);
std::vector<CapRule> read_takes(const YamlNode& list, YamlFaults& faults);
void read_dispatch(const YamlNode& list, Process& process, YamlFaults& faults);
void read_extras(YamlMapping& mapping, Process& process, YamlFaults& faults);
// References from part to part.
void check_references(const Process& process, const YamlNode& node, YamlFaults& faults);

}  // namespace jingwei::cases::reading
