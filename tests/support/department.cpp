#include "tests/support/department.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/result.h"

namespace jingwei::testing {

namespace {

template <typename Type, void (*Free)(Type*)>
struct Freeing {
  void operator()(Type* one) const { Free(one); }
};
template <typename Type, void (*Free)(Type*)>
using Owned = std::unique_ptr<Type, Freeing<Type, Free>>;
using Context = Owned<SSL_CTX, SSL_CTX_free>;
using Session = Owned<SSL, SSL_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Paper = Owned<X509, X509_free>;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

// Reads a head and as many bytes of a body as it announces.
bool is_whole(const std::string& request) {
  const std::size_t head = request.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  const std::size_t at = request.find("Content-Length: ");
  const std::size_t body = at < head ? std::stoul(request.substr(at + 16)) : 0;
  return request.size() >= head + 4 + body;
}

}  // namespace

Certificate self_signed(const std::string& host) {
  const Key key(EVP_EC_gen("P-256"));
  const Paper paper(X509_new());
  JW_ASSERT(key && paper);
  X509_set_version(paper.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(paper.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(paper.get()), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(paper.get()), 86'400);
  X509_set_pubkey(paper.get(), key.get());
  X509_NAME* name = X509_get_subject_name(paper.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1,
                             0);
  X509_set_issuer_name(paper.get(), name);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + host).c_str());
  X509_add_ext(paper.get(), names, -1);
  X509_EXTENSION_free(names);
  JW_ASSERT(X509_sign(paper.get(), key.get(), EVP_sha256()) > 0);
  const Bio paper_out(BIO_new(BIO_s_mem()));
  const Bio key_out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(paper_out.get(), paper.get());
  PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(paper_out.get()), text_of(key_out.get())};
}

struct Department::Inner {
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  Answer answer;
  Context security;
  int listener = -1;
  std::uint16_t port = 0;
  bool held = false;
  bool ending = false;
  int asked = 0;
  std::string last;
  std::set<int> open;
  std::vector<std::thread> threads;

  void accept_all() {
    for (;;) {
      const int socket = ::accept(listener, nullptr, nullptr);
      const std::lock_guard lock(mutex);
      if (socket < 0 || ending) {
        if (socket >= 0) ::close(socket);
        return;
      }
      open.insert(socket);
      threads.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    Session session;
    bool fine = true;
    if (security) {
      session.reset(SSL_new(security.get()));
      SSL_set_fd(session.get(), socket);
      fine = SSL_accept(session.get()) == 1;
    }
    std::string request;
    std::array<char, 4'096> bytes{};
    while (fine && !is_whole(request)) {
      const auto got = session ? SSL_read(session.get(), bytes.data(), bytes.size())
                               : ::recv(socket, bytes.data(), bytes.size(), 0);
      fine = got > 0;
      if (fine) request.append(bytes.data(), static_cast<std::size_t>(got));
    }
    if (fine) reply(socket, session.get(), request);
    const std::lock_guard lock(mutex);
    open.erase(socket);
    ::close(socket);
  }

  void reply(int socket, SSL* session, const std::string& request) {
    std::string out;
    {
      std::unique_lock lock(mutex);
      ++asked;
      last = request;
      changed.notify_all();
      changed.wait(lock, [&] { return !held || ending; });
      if (ending) return;
      out = answer(request);
    }
    std::string_view rest = out;
    while (!rest.empty()) {
      const auto sent = session != nullptr ? SSL_write(session, rest.data(), static_cast<int>(rest.size()))
                                           : ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (session != nullptr) SSL_shutdown(session);
    ::shutdown(socket, SHUT_WR);
    std::array<char, 64> farewell{};
    while (::recv(socket, farewell.data(), farewell.size(), 0) > 0) continue;
  }
};

Department::Department(Answer answer, const Certificate* tls) : inner_(std::make_shared<Inner>()) {
  Inner& inner = *inner_;
  inner.answer = std::move(answer);
  if (tls != nullptr) {
    inner.security.reset(SSL_CTX_new(TLS_server_method()));
    const Bio paper_in(BIO_new_mem_buf(tls->certificate.data(), static_cast<int>(tls->certificate.size())));
    const Bio key_in(BIO_new_mem_buf(tls->key.data(), static_cast<int>(tls->key.size())));
    const Paper paper(PEM_read_bio_X509(paper_in.get(), nullptr, nullptr, nullptr));
    const Key key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr));
    SSL_CTX_use_certificate(inner.security.get(), paper.get());
    SSL_CTX_use_PrivateKey(inner.security.get(), key.get());
  }
  inner.listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool fine = ::bind(inner.listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    ::listen(inner.listener, 64) == 0 &&
                    ::getsockname(inner.listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!fine) throw std::runtime_error("no socket for a department");
  inner.port = ntohs(address.sin_port);
  inner.threads.emplace_back([&inner] { inner.accept_all(); });
}

Department::~Department() {
  {
    const std::lock_guard lock(inner_->mutex);
    inner_->ending = true;
    for (const int socket : inner_->open) ::shutdown(socket, SHUT_RDWR);
    ::shutdown(inner_->listener, SHUT_RDWR);
  }
  inner_->changed.notify_all();
  inner_->threads.front().join();  // nobody adds to the list any more
  for (std::size_t at = 1; at < inner_->threads.size(); ++at) inner_->threads[at].join();
  ::close(inner_->listener);
}

std::uint16_t Department::port() const {
  return inner_->port;
}

int Department::asked() const {
  const std::lock_guard lock(inner_->mutex);
  return inner_->asked;
}

std::string Department::last() const {
  const std::lock_guard lock(inner_->mutex);
  return inner_->last;
}

void Department::answer_with(Answer answer) {
  const std::lock_guard lock(inner_->mutex);
  inner_->answer = std::move(answer);
}

void Department::hold() {
  const std::lock_guard lock(inner_->mutex);
  inner_->held = true;
}

void Department::release() {
  {
    const std::lock_guard lock(inner_->mutex);
    inner_->held = false;
  }
  inner_->changed.notify_all();
}

bool Department::wait_for(int requests) const {
  std::unique_lock lock(inner_->mutex);
  return inner_->changed.wait_for(lock, std::chrono::seconds{10}, [&] { return inner_->asked >= requests; });
}

std::string Department::json(const std::string& body, int status) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace jingwei::testing
