#include "modules/source/kinds/mqtt_spool.h"

#include <cstring>

#include "base/bytes.h"
#include "base/limits.h"
#include "storage/digest.h"

namespace jingwei::source {

namespace {

constexpr std::string_view magic = "JWM1";
constexpr std::size_t check_bytes = 8;
constexpr std::size_t head_bytes = 4 + 4 + 4;
constexpr std::string_view open_name = "open.segment";
constexpr std::string_view closed_ending = ".spool";

}  // namespace

std::vector<SpooledMessage> parse_segment(std::string_view bytes, std::size_t& good) {
  std::vector<SpooledMessage> messages;
  good = 0;
  while (bytes.size() - good >= head_bytes + check_bytes && bytes.substr(good, magic.size()) == magic) {
    const std::size_t topic = fixed32_at(bytes, good + 4);
    const std::size_t payload = fixed32_at(bytes, good + 8);
    if (topic > limits::mqtt_topic_bytes * 64 || payload > limits::mqtt_payload_bytes + 1) break;
    const std::size_t whole = head_bytes + topic + payload;
    if (bytes.size() - good < whole + check_bytes) break;
    const std::string check = storage::sha256(bytes.substr(good, whole)).substr(0, check_bytes);
    if (bytes.substr(good + whole, check_bytes) != check) break;
    messages.push_back({std::string(bytes.substr(good + head_bytes, topic)),
                        std::string(bytes.substr(good + head_bytes + topic, payload))});
    good += whole + check_bytes;
  }
  return messages;
}

Result<std::unique_ptr<MqttSpool>> MqttSpool::open(FileSystem& files, std::string folder) {
  JW_TRY(files.make_folders(folder));
  std::unique_ptr<MqttSpool> spool(new MqttSpool(files, std::move(folder)));
  JW_TRY(spool->open_file());
  return spool;
}

Result<void> MqttSpool::open_file() {
  const std::string path = folder_ + "/" + std::string(open_name);
  JW_ASSIGN(file_, files_.open(path, OpenMode::update));
  JW_ASSIGN(const std::string bytes, read_text(files_, path, limits::mqtt_segment_bytes * 4));
  std::size_t good = 0;
  messages_ = parse_segment(bytes, good).size();
  if (good < bytes.size()) JW_TRY(file_->truncate(good));
  at_ = good;
  return files_.sync_folder(folder_);
}

void MqttSpool::append(std::string_view topic, std::string_view payload) {
  // One byte over the limit is kept, so that the message is refused for its size and not cut to a smaller
  // one.
  payload = payload.substr(0, limits::mqtt_payload_bytes + 1);
  const std::size_t begin = waiting_.size();
  waiting_ += magic;
  append_fixed32(waiting_, static_cast<std::uint32_t>(topic.size()));
  append_fixed32(waiting_, static_cast<std::uint32_t>(payload.size()));
  waiting_ += topic;
  waiting_ += payload;
  waiting_ += storage::sha256(std::string_view(waiting_).substr(begin)).substr(0, check_bytes);
  ++waiting_messages_;
}

Result<void> MqttSpool::sync() {
  const std::string bytes = std::move(waiting_);
  const std::size_t count = waiting_messages_;
  waiting_.clear();
  waiting_messages_ = 0;
  if (bytes.empty()) return {};
  JW_TRY(file_->write(at_, std::as_bytes(std::span(bytes))));
  JW_TRY(file_->sync());
  at_ += bytes.size();
  messages_ += count;
  return {};
}

Result<void> MqttSpool::close_segment(std::int64_t sequence) {
  std::string name = std::to_string(sequence);
  name.insert(0, 20 - std::min<std::size_t>(20, name.size()), '0');
  file_.reset();
  JW_TRY(files_.rename(folder_ + "/" + std::string(open_name),
                       folder_ + "/" + name + std::string(closed_ending)));
  return open_file();
}

Result<std::vector<std::string>> MqttSpool::segments() const {
  JW_ASSIGN(const auto names, files_.list(folder_));
  std::vector<std::string> paths;
  for (const auto& name : names) {
    if (name.ends_with(closed_ending)) paths.push_back(folder_ + "/" + name);
  }
  return paths;
}

Result<void> MqttSpool::remove_segment(const std::string& path) {
  JW_TRY(files_.remove(path));
  return files_.sync_folder(folder_);
}

Result<std::vector<SpooledMessage>> MqttSpool::read_segment(FileSystem& files, const std::string& path) {
  JW_ASSIGN(const std::string bytes, read_text(files, path, limits::mqtt_segment_bytes * 4));
  std::size_t good = 0;
  return parse_segment(bytes, good);
}

}  // namespace jingwei::source
