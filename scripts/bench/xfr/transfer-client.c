/*
 * A zone transfer client that is not the bottleneck: it counts what it gets, and checks every signature when asked to.
 *
 *   cc -O2 -o transfer-client transfer-client.c -lcrypto
 *   transfer-client [-c CLIENTS] [-k NAME:BASE64] [-v] [-i SERIAL] [-e RECORDS] [-w FILE] HOST PORT ZONE
 *
 *   -c  clients at the same time, in one thread (default 1)
 *   -k  a TSIG key, hmac-sha256
 *   -v  verify the signature of every message
 *   -i  IXFR from that serial instead of AXFR
 *   -e  stop after that many records, by the counts in the headers: the least work for the client. Without it every record is
 *       walked, and the transfer ends as RFC 5936 and RFC 1995 say.
 *   -w  write the bytes of the first client to a file
 *
 * Prints one line of JSON: wall seconds from the first connect to the last record, and sums over all clients.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES (1 << 20)
#define QUESTION_ID 0x1234
#define MAC_BYTES 32
#define FUDGE 300
enum { TYPE_SOA = 6, TYPE_TSIG = 250, TYPE_IXFR = 251, TYPE_AXFR = 252, CLASS_IN = 1, CLASS_ANY = 255 };

struct client {
  int fd, is_done, has_asked;
  uint8_t *buffer;
  size_t held;
  uint64_t bytes, messages, records, signatures, bad_macs;
  /* Where the walk stands: SOAs seen, and whether records are being removed (1) or added (2). */
  int soas, part;
  uint32_t serial;
  uint8_t mac[MAC_BYTES];
  int is_first, unsigned_since;
  HMAC_CTX *hmac;
};

static struct {
  int clients, verifies, is_ixfr;
  uint32_t from;
  uint64_t records;
  uint8_t key_name[256], secret[256], zone[256];
  int key_name_length, secret_length, zone_length;
  FILE *capture;
} options = {.clients = 1};

static const uint8_t ALGORITHM[13] = "\x0bhmac-sha256";

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *why) {
  fprintf(stderr, "%s\n", why);
  exit(1);
}

static uint16_t get16(const uint8_t *p) { return p[0] << 8 | p[1]; }
static uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }
static uint8_t *put16(uint8_t *p, uint32_t v) { return p[0] = v >> 8, p[1] = v, p + 2; }
static uint8_t *put32(uint8_t *p, uint32_t v) { return put16(put16(p, v >> 16), v); }
static uint8_t *put(uint8_t *p, const void *bytes, int length) { return (uint8_t *)memcpy(p, bytes, length) + length; }

static int encode_name(const char *text, uint8_t *out) {
  int at = 0;
  while (*text) {
    const char *end = strchrnul(text, '.');
    int length = end - text;
    if (length > 0) {
      out[at++] = length;
      memcpy(out + at, text, length);
      at += length;
    }
    text = *end ? end + 1 : end;
  }
  out[at++] = 0;
  return at;
}

/* Name, type, class ANY, TTL 0: how a TSIG record begins, and with the algorithm what its MAC covers first. */
static uint8_t *put_tsig_owner(uint8_t *p, int has_type) {
  p = put(p, options.key_name, options.key_name_length);
  if (has_type) p = put16(p, TYPE_TSIG);
  return put32(put16(p, CLASS_ANY), 0);
}

static uint8_t *put_time(uint8_t *p, uint64_t t) { return put16(put32(put16(p, t >> 32), t), FUDGE); }

static uint8_t *put_signature(struct client *c, uint8_t *message, uint8_t *end) {
  uint8_t covered[600], *p = put(put_tsig_owner(covered, 0), ALGORITHM, sizeof ALGORITHM);
  uint64_t t = time(NULL);
  p = put32(put_time(p, t), 0);
  unsigned length = MAC_BYTES;
  HMAC_CTX *h = HMAC_CTX_new();
  HMAC_Init_ex(h, options.secret, options.secret_length, EVP_sha256(), NULL);
  HMAC_Update(h, message, end - message);
  HMAC_Update(h, covered, p - covered);
  HMAC_Final(h, c->mac, &length);
  HMAC_CTX_free(h);
  put16(message + 10, 1);
  end = put16(put_tsig_owner(end, 1), sizeof ALGORITHM + 8 + 2 + MAC_BYTES + 6);
  end = put_time(put(end, ALGORITHM, sizeof ALGORITHM), t);
  end = put(put16(end, MAC_BYTES), c->mac, MAC_BYTES);
  return put32(put16(end, QUESTION_ID), 0);
}

static int make_question(struct client *c, uint8_t *out) {
  uint8_t *message = out + 2, *p = message + 12;
  memset(message, 0, 12);
  put16(message, QUESTION_ID);
  put16(message + 4, 1);
  p = put(p, options.zone, options.zone_length);
  p = put16(put16(p, options.is_ixfr ? TYPE_IXFR : TYPE_AXFR), CLASS_IN);
  if (options.is_ixfr) {
    put16(message + 8, 1);
    p = put32(put16(put16(put16(p, 0xc00c), TYPE_SOA), CLASS_IN), 0);
    p = put16(put16(p, 22), 0);
    p = put32(p, options.from);
    memset(p, 0, 16);
    p += 16;
  }
  if (options.secret_length > 0) p = put_signature(c, message, p);
  put16(out, p - message);
  return p - out;
}

static void verify(struct client *c, uint8_t *m, int length) {
  int tsig_length = options.key_name_length + 10 + sizeof ALGORITHM + 8 + 2 + MAC_BYTES + 6;
  uint8_t head[12], size[2] = {0, MAC_BYTES}, mac[MAC_BYTES];
  if (c->hmac == NULL) c->hmac = HMAC_CTX_new();
  if (c->unsigned_since == 0) {
    HMAC_Init_ex(c->hmac, options.secret, options.secret_length, EVP_sha256(), NULL);
    HMAC_Update(c->hmac, size, 2);
    HMAC_Update(c->hmac, c->mac, MAC_BYTES);
  }
  if (get16(m + 10) == 0) {
    HMAC_Update(c->hmac, m, length);
    c->unsigned_since++;
    return;
  }
  uint8_t *tsig = m + length - tsig_length;
  uint8_t *times = tsig + options.key_name_length + 10 + sizeof ALGORITHM;
  memcpy(head, m, 12);
  put16(head + 10, get16(m + 10) - 1);
  HMAC_Update(c->hmac, head, 12);
  HMAC_Update(c->hmac, m + 12, tsig - m - 12);
  if (c->is_first) {
    uint8_t covered[600], *p = put(put_tsig_owner(covered, 0), ALGORITHM, sizeof ALGORITHM);
    p = put32(put(p, times, 8), 0);
    HMAC_Update(c->hmac, covered, p - covered);
  } else {
    HMAC_Update(c->hmac, times, 8);
  }
  unsigned mac_length = MAC_BYTES;
  HMAC_Final(c->hmac, mac, &mac_length);
  if (memcmp(mac, times + 10, MAC_BYTES) != 0) c->bad_macs++;
  memcpy(c->mac, times + 10, MAC_BYTES);
  c->is_first = c->unsigned_since = 0;
}

static int skip_name(const uint8_t *m, int length, int at) {
  while (at < length) {
    if (m[at] == 0) return at + 1;
    if (m[at] >= 192) return at + 2;
    at += m[at] + 1;
  }
  fail("a name runs out of its message");
  return 0;
}

/* Whether this SOA is the last record of the transfer. */
static int ends_with_soa(struct client *c, uint32_t serial) {
  c->soas++;
  if (c->soas == 1) {
    c->serial = serial;
    return 0;
  }
  if (c->soas == 2) {
    c->part = 1;
    return serial == c->serial || !options.is_ixfr;
  }
  if (c->part == 1) {
    c->part = 2;
    return 0;
  }
  c->part = 1;
  return serial == c->serial;
}

static int walk(struct client *c, const uint8_t *m, int length) {
  int at = 12;
  for (int i = get16(m + 4); i > 0; i--) at = skip_name(m, length, at) + 4;
  for (int i = get16(m + 6); i > 0; i--) {
    at = skip_name(m, length, at);
    if (at + 10 > length) fail("a record runs out of its message");
    if (get16(m + at) == TYPE_SOA) {
      int names_end = skip_name(m, length, skip_name(m, length, at + 10));
      if (ends_with_soa(c, get32(m + names_end))) return 1;
    }
    at += 10 + get16(m + at + 8);
  }
  return 0;
}

/* Whether the transfer is complete with this message. */
static int take_message(struct client *c, uint8_t *m, int length) {
  if ((m[3] & 15) != 0) {
    fprintf(stderr, "rcode %d\n", m[3] & 15);
    exit(3);
  }
  c->messages++;
  c->records += get16(m + 6);
  if (get16(m + 10) > 0) c->signatures++;
  if (options.verifies && options.secret_length > 0) verify(c, m, length);
  return options.records > 0 ? c->records >= options.records : walk(c, m, length);
}

static void ask(struct client *c, int epoll) {
  uint8_t question[1024];
  int length = make_question(c, question), error = 0;
  socklen_t size = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0 || write(c->fd, question, length) != length) fail(strerror(error));
  c->has_asked = 1;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
}

/* Whether the client is done. */
static int take_bytes(struct client *c, int is_captured) {
  ssize_t got = read(c->fd, c->buffer + c->held, BUFFER_BYTES - c->held);
  if (got < 0 && errno == EAGAIN) return 0;
  if (got <= 0) fail("the connection was closed early");
  if (is_captured && options.capture) fwrite(c->buffer + c->held, 1, got, options.capture);
  c->bytes += got;
  c->held += got;
  size_t at = 0;
  while (!c->is_done && c->held - at >= 2) {
    size_t length = get16(c->buffer + at);
    if (c->held - at < length + 2) break;
    c->is_done = take_message(c, c->buffer + at + 2, length);
    at += length + 2;
  }
  memmove(c->buffer, c->buffer + at, c->held - at);
  c->held -= at;
  return c->is_done;
}

static void connect_client(struct client *c, int epoll, const struct sockaddr *address, socklen_t size) {
  int on = 1;
  c->is_first = 1;
  c->fd = socket(address->sa_family, SOCK_STREAM, 0);
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  if (connect(c->fd, address, size) != 0 && errno != EINPROGRESS) fail("cannot connect");
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
}

static socklen_t parse_address(const char *host, const char *port, struct sockaddr_storage *address) {
  struct sockaddr_in *v4 = (void *)address;
  struct sockaddr_in6 *v6 = (void *)address;
  if (strchr(host, ':') == NULL) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(atoi(port));
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) return sizeof *v4;
  } else {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(atoi(port));
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) return sizeof *v6;
  }
  fail("HOST must be an address");
  return 0;
}

static void parse_key(char *text) {
  char *secret = strchr(text, ':');
  if (secret == NULL) fail("-k takes NAME:BASE64");
  *secret++ = 0;
  options.key_name_length = encode_name(text, options.key_name);
  options.secret_length = EVP_DecodeBlock(options.secret, (uint8_t *)secret, strlen(secret));
  for (int i = strlen(secret); i > 0 && secret[i - 1] == '='; i--) options.secret_length--;
}

static void report(const struct client *clients, double wall, double first_byte) {
  uint64_t bytes = 0, messages = 0, records = 0, signatures = 0, bad = 0;
  for (int i = 0; i < options.clients; i++) {
    bytes += clients[i].bytes;
    messages += clients[i].messages;
    records += clients[i].records;
    signatures += clients[i].signatures;
    bad += clients[i].bad_macs;
  }
  printf("{\"wall\":%.6f,\"firstByte\":%.6f,\"bytes\":%llu,\"messages\":%llu,\"records\":%llu,"
         "\"signed\":%llu,\"badMacs\":%llu,\"serial\":%u}\n",
         wall, first_byte, (unsigned long long)bytes, (unsigned long long)messages, (unsigned long long)records,
         (unsigned long long)signatures, (unsigned long long)bad, clients[0].serial);
}

int main(int count, char **arguments) {
  for (int option; (option = getopt(count, arguments, "c:k:vi:e:w:")) != -1;) {
    if (option == 'c') options.clients = atoi(optarg);
    else if (option == 'k') parse_key(optarg);
    else if (option == 'v') options.verifies = 1;
    else if (option == 'i') options.is_ixfr = 1, options.from = strtoul(optarg, NULL, 10);
    else if (option == 'e') options.records = strtoull(optarg, NULL, 10);
    else if (option == 'w') options.capture = fopen(optarg, "w");
    else return 2;
  }
  if (count - optind != 3) fail("usage: transfer-client [options] HOST PORT ZONE");
  struct sockaddr_storage address = {0};
  socklen_t size = parse_address(arguments[optind], arguments[optind + 1], &address);
  options.zone_length = encode_name(arguments[optind + 2], options.zone);
  struct client *clients = calloc(options.clients, sizeof *clients);
  for (int i = 0; i < options.clients; i++) clients[i].buffer = malloc(BUFFER_BYTES);
  /* OpenSSL starts up before the clock does. */
  EVP_sha256();
  HMAC_CTX_free(HMAC_CTX_new());
  int epoll = epoll_create1(0), left = options.clients;
  double start = now(), first_byte = 0;
  for (int i = 0; i < options.clients; i++) connect_client(&clients[i], epoll, (void *)&address, size);
  while (left > 0) {
    struct epoll_event events[64];
    int ready = epoll_wait(epoll, events, 64, 120000);
    if (ready <= 0) fail("nothing came for two minutes");
    for (int k = 0; k < ready; k++) {
      struct client *c = events[k].data.ptr;
      if (c->is_done) continue;
      if (!c->has_asked) {
        ask(c, epoll);
        continue;
      }
      if (first_byte == 0) first_byte = now() - start;
      if (!take_bytes(c, c == clients)) continue;
      close(c->fd);
      left--;
    }
  }
  report(clients, now() - start, first_byte);
  if (options.capture) fclose(options.capture);
  return 0;
}
