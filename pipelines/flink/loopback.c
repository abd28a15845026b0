/* Binds sockets to loopback if a program would bind them to all addresses.

   Preloaded (LD_PRELOAD) into the JVMs of a local cluster, because Beam's servers run
   whatever they receive and have no option for it. IPv4 only, like those JVMs. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

int bind(int socket, const struct sockaddr *address, socklen_t size) {
  int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
  struct sockaddr_in own;
  if (address->sa_family != AF_INET || size != sizeof own)
    return next(socket, address, size);
  own = *(const struct sockaddr_in *)address;
  if (own.sin_addr.s_addr == htonl(INADDR_ANY))
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return next(socket, (const struct sockaddr *)&own, size);
}
