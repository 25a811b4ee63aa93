#include "modules/source/asking/exchange.h"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <future>
#include <thread>

#include "base/limits.h"

namespace jingwei::source {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Steady = std::chrono::steady_clock;

namespace {

// A little more than the time limit, for a name that does not resolve in time.
constexpr std::chrono::milliseconds grace{100};

Reason reason_of(const error_code& fault) {
  if (fault == beast::error::timeout || fault == asio::error::timed_out) return Reason::timeout;
  if (fault == http::error::body_limit || fault == http::error::header_limit ||
      fault == http::error::buffer_overflow)
    return Reason::too_large;
  if (fault.category() == http::make_error_code(http::error::bad_value).category() &&
      fault != http::error::end_of_stream && fault != http::error::partial_message)
    return Reason::malformed;
  return Reason::unreachable;
}

bool is_address(const std::string& host) {
  error_code fault;
  asio::ip::make_address(host, fault);
  return !fault;
}

// Whether it stands in no public network: loopback, private, link-local, shared (RFC 6598), multicast,
// reserved.
bool is_private(asio::ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  if (address.is_loopback() || address.is_unspecified() || address.is_multicast()) return true;
  if (address.is_v6()) {
    const auto six = address.to_v6();
    return six.is_link_local() || six.is_site_local() || (six.to_bytes()[0] & 0xFE) == 0xFC;
  }
  const std::uint32_t four = address.to_v4().to_uint();
  const auto within = [four](std::uint32_t network, int bits) {
    return four >> (32 - bits) == network >> (32 - bits);
  };
  return within(0x00000000, 8) || within(0x0A000000, 8) || within(0xAC100000, 12) || within(0xC0A80000, 16) ||
         within(0xA9FE0000, 16) || within(0x64400000, 10) || within(0xC0000000, 24) ||
         within(0xC6120000, 15) || within(0xF0000000, 4);
}

// One call under way. Its steps run on the worker's thread and keep it alive; the caller waits for `done`.
class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(asio::io_context& context, ssl::context* security, const Peer& peer, const QuestionCall* call,
       std::chrono::milliseconds patience)
      : peer_(peer),
        resolver_(context),
        plain_(context),
        asks_(call != nullptr),
        end_(Steady::now() + patience) {
    if (security != nullptr) secure_.emplace(context, *security);
    parser_.body_limit(peer.answer_bytes);
    parser_.header_limit(static_cast<std::uint32_t>(limits::question_answer_headers));
    if (call != nullptr) prepare(*call);
  }

  std::future<Reply> start() {
    auto done = done_.get_future();
    lowest().expires_at(end_);
    resolver_.async_resolve(
        peer_.address.host, std::to_string(peer_.address.port),
        [self = shared_from_this()](error_code fault, const tcp::resolver::results_type& found) {
          if (fault) return self->finish(Reason::unreachable);
          self->connect(found);
        });
    return done;
  }

 private:
  beast::tcp_stream& lowest() { return secure_ ? beast::get_lowest_layer(*secure_) : plain_; }

  void prepare(const QuestionCall& call) {
    request_.version(11);
    request_.method(http::string_to_verb(call.method));
    request_.target(call.target);
    const bool default_port = peer_.address.port == (peer_.address.tls ? 443 : 80);
    const std::string name = peer_.address.host.find(':') == std::string::npos
                                 ? peer_.address.host
                                 : "[" + peer_.address.host + "]";
    request_.set(http::field::host, default_port ? name : name + ":" + std::to_string(peer_.address.port));
    request_.set(http::field::user_agent, "jingwei");
    request_.set(http::field::accept, "application/json");
    request_.set(http::field::accept_encoding, "identity");
    request_.set(http::field::connection, "close");
    for (const auto& [field, value] : call.headers) request_.set(field, value);
    if (!call.body.empty()) {
      if (request_.find(http::field::content_type) == request_.end())
        request_.set(http::field::content_type, "application/json");
      request_.body() = call.body;
    }
    request_.prepare_payload();
  }

  void connect(const tcp::resolver::results_type& found) {
    if (Steady::now() >= end_) return finish(Reason::timeout);
    std::vector<tcp::endpoint> endpoints;
    for (const auto& entry : found) {
      const bool near = entry.endpoint().address().is_loopback();
      // "localhost" may be made to mean another machine; without TLS it must not.
      const bool open = peer_.private_addresses || !is_private(entry.endpoint().address());
      if (open && (peer_.address.tls || peer_.plain_elsewhere || near)) endpoints.push_back(entry.endpoint());
    }
    withheld_ = endpoints.empty() && !found.empty();
    if (endpoints.empty()) return finish(Reason::unreachable);
    lowest().async_connect(endpoints, [self = shared_from_this()](error_code fault, const tcp::endpoint&) {
      if (fault) return self->finish(reason_of(fault));
      self->secure_ ? self->shake_hands() : self->connected();
    });
  }

  void shake_hands() {
    if (!is_address(peer_.address.host) &&
        SSL_set_tlsext_host_name(secure_->native_handle(), peer_.address.host.c_str()) != 1)
      return finish(Reason::certificate);
    secure_->async_handshake(ssl::stream_base::client, [self = shared_from_this()](error_code fault) {
      if (!fault) return self->connected();
      const bool told = fault.category() == asio::error::get_ssl_category();
      self->finish(told ? Reason::certificate : reason_of(fault));
    });
  }

  void connected() {
    if (!asks_) return finish(Reason::none);
    secure_ ? send(*secure_) : send(plain_);
  }

  template <typename Stream>
  void send(Stream& stream) {
    sent_ = true;
    http::async_write(stream, request_, [self = shared_from_this(), &stream](error_code fault, std::size_t) {
      if (fault) return self->finish(reason_of(fault));
      http::async_read(stream, self->buffer_, self->parser_, [self](error_code broken, std::size_t) {
        // A redirect's or an error's body may be of any kind; its status says enough.
        self->finish(broken ? reason_of(broken) : Reason::none);
      });
    });
  }

  void finish(Reason trouble) {
    Reply reply;
    reply.trouble = trouble;
    reply.sent = sent_;
    reply.withheld = withheld_;
    if (trouble == Reason::none && asks_) {
      reply.status = static_cast<int>(parser_.get().result_int());
      reply.body = std::move(parser_.get().body());
    }
    error_code ignored;
    lowest().socket().close(ignored);  // no farewell: the answer is whole, and nobody waits for a slow peer
    done_.set_value(std::move(reply));
  }

  const Peer& peer_;
  tcp::resolver resolver_;
  beast::tcp_stream plain_;
  std::optional<beast::ssl_stream<beast::tcp_stream>> secure_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  beast::flat_buffer buffer_{limits::question_answer_headers + peer_.answer_bytes};
  bool asks_;
  bool sent_ = false;
  bool withheld_ = false;
  Steady::time_point end_;
  std::promise<Reply> done_;
};

}  // namespace

class Exchange::Worker {
 public:
  explicit Worker(Peer peer) : peer_(std::move(peer)) {
    if (peer_.address.tls) {
      security_.emplace(ssl::context::tls_client);
      SSL_CTX_set_min_proto_version(security_->native_handle(), TLS1_2_VERSION);
      error_code ignored;
      security_->set_default_verify_paths(ignored);
      // A file that cannot be read leaves nobody trusted by it: the handshake tells.
      if (!peer_.ca_file.empty()) security_->load_verify_file(peer_.ca_file, ignored);
      security_->set_verify_mode(ssl::verify_peer);
      security_->set_verify_callback(ssl::host_name_verification(peer_.address.host));
    }
    thread_ = std::thread([this] { context_.run(); });
  }
  ~Worker() {
    context_.stop();
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Reply run(const QuestionCall* call, std::chrono::milliseconds patience) {
    const auto begun = Steady::now();
    auto under_way =
        std::make_shared<Call>(context_, security_ ? &*security_ : nullptr, peer_, call, patience);
    auto promised = std::make_shared<std::promise<std::future<Reply>>>();
    auto started = promised->get_future();
    asio::post(context_, [under_way, promised] { promised->set_value(under_way->start()); });
    Reply reply;
    reply.trouble = Reason::timeout;
    reply.sent = call != nullptr;  // for all one knows
    const auto end = begun + patience + grace;
    if (started.wait_until(end) == std::future_status::ready) {
      auto done = started.get();
      if (done.wait_until(end) == std::future_status::ready) reply = done.get();
    }
    reply.took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begun);
    return reply;
  }

 private:
  Peer peer_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
  std::optional<ssl::context> security_;
  std::thread thread_;
};

Exchange::Exchange(Peer peer) : worker_(std::make_unique<Worker>(std::move(peer))) {}

Exchange::~Exchange() = default;

Reply Exchange::ask(const QuestionCall& call, std::chrono::milliseconds patience) {
  return worker_->run(&call, patience);
}

Reply Exchange::greet(std::chrono::milliseconds patience) {
  return worker_->run(nullptr, patience);
}

}  // namespace jingwei::source
