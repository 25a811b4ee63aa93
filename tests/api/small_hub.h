// A hub with a tiny synthetic city behind a real server, for one test program.
#pragma once

#include <memory>
#include <thread>

#include "app/hub.h"
#include "app/serve.h"
#include "tests/api/api_case.h"
#include "tests/support/backends.h"
#include "tests/support/department.h"

namespace jingwei::api_tests {

// Makes the city on an empty database of the backend, loads its files and serves until destroyed.
class SmallHub {
 public:
  // Why it cannot run here; empty when it can.
  static std::string missing();

  // `settings_store` and `data_folder` as jingwei.yaml and --data say them. Throws (after a test failure)
  // when it cannot start.
  SmallHub(const std::string& settings_store, const std::string& data_folder);
  ~SmallHub();
  SmallHub(const SmallHub&) = delete;
  SmallHub& operator=(const SmallHub&) = delete;

  std::uint16_t port() const { return port_; }
  Served served() const { return {port_, app::socket_path(hub_->data_folder())}; }
  app::Hub& hub() { return *hub_; }
  // A folder that sources may watch, with venues.csv and its .done file.
  const std::string& inbox() const { return inbox_; }
  // Address of a department that answers {"insured": 1} to those whose number ends in 1, 0 to those in 0, and
  // {"insured": "perhaps"} to others.
  std::string department() const { return "http://127.0.0.1:" + std::to_string(department_.port()); }

 private:
  void load_city();
  void serve();

  std::string inbox_;
  jingwei::testing::Department department_;
  SystemClock clock_;
  app::Share share_;
  std::unique_ptr<app::Hub> hub_;
  std::thread server_;
  std::uint16_t port_ = 0;
};

}  // namespace jingwei::api_tests
