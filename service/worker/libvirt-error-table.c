/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See libvirt-error-table.h. libvirt gives most failures the code VIR_ERR_SYSTEM_ERROR or
 * VIR_ERR_INTERNAL_ERROR and passes on what ssh, GnuTLS, QEMU, a helper or the kernel said, so rows
 * look for words of that text (all of them speak English here: LANG is set). Words that many say,
 * such as "Connection refused", come after those that tell who said them.
 */
#include "libvirt-error-table.h"

#include <libvirt/virterror.h>
#include <string.h>

#include "config.h"

#define OPEN MIG_DOING_OPEN
#define ASK MIG_DOING_ASK
#define MIGRATE MIG_DOING_MIGRATE
#define CONTROL MIG_DOING_CONTROL
#define RECOVER MIG_DOING_RECOVER
#define ANY (OPEN | ASK | MIGRATE | CONTROL | RECOVER)
#define CODE_ANY MIG_LIBVIRT_ANY_CODE
#define OF_DESTINATION MIG_ABOUT_DESTINATION
#define OF_EITHER MIG_ABOUT_EITHER
#define PUBLIC_KEY STATE_DIR "/.ssh/id_ed25519.pub"

#define SAYS(...)                                                                                  \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define ANY_TEXT                                                                                   \
    {                                                                                              \
        NULL                                                                                       \
    }

/* What several rows look for. */
#define NO_SSH_HELPER                                                                              \
    SAYS("virt-ssh-helper: not found", "virt-ssh-helper: command not found",                       \
         "not found: virt-ssh-helper")

/* Sentences of several rows. */
#define CONNECTION_WAS_LOST                                                                        \
    "the connection to host {host} or its peer was lost; check both and the network"
#define WAS_CANCELLED "the migration of guest {guest} was cancelled"
#define CPU_DOES_NOT_FIT                                                                           \
    "the CPU of guest {guest} does not fit that of host {destination}; give the guest a CPU "      \
    "model both hosts have"
#define DISK_IN_USE                                                                                \
    "a disk of guest {guest} is in use by another process; leave out copy-storage if both hosts "  \
    "share that disk, else see which guest uses it"
#define GUEST_IN_THE_WAY                                                                           \
    "host {destination} has another guest of the name or UUID of {guest}; rename or remove it "    \
    "there"
#define QEMU_CERTIFICATES                                                                          \
    "the certificates with which the hypervisors of host {host} and host {destination} encrypt "   \
    "are no good; look at those in migrate_tls_x509_cert_dir of qemu.conf on both, libvirt's own " \
    "text names the one"
#define PEER_LOGIN_REFUSED                                                                         \
    "host {destination} refused the login of host {host}'s libvirtd; let root of host {host} log " \
    "in there, or use flow managed-direct"
#define PEER_LIBVIRT_REFUSED                                                                       \
    "libvirtd on host {destination} does not let the user in with whom host {host}'s libvirtd "    \
    "logs in there; add that user to the group libvirt there, or use flow managed-direct"

const MigLibvirtRow mig_libvirt_rows[] = {
    /* no way to the host: its ssh */
    { OPEN, CODE_ANY, SAYS("REMOTE HOST IDENTIFICATION HAS CHANGED"), MIG_ERROR_HOST_KEY_CHANGED,
      "the ssh key of host {host} ({address}) is another than the known one; find out why, and if "
      "it is the right one run here: migration-key --forget {host}; migration-key --accept "
      "{host}" },
    { OPEN, CODE_ANY, SAYS("Host key verification failed"), MIG_ERROR_HOST_KEY_UNKNOWN,
      "the ssh key of host {host} ({address}) is not known to this service; look at it, compare it "
      "and accept it with: migration-key --accept {host}" },
    { OPEN, CODE_ANY, SAYS("Permission denied (", "Too many authentication failures"),
      MIG_ERROR_LOGIN_REFUSED,
      "host {host} ({address}) refused the ssh key of this service for user {login}; install the "
      "public key " PUBLIC_KEY " there: migration-key {host}" },
    { OPEN, CODE_ANY, SAYS("account is currently not available"), MIG_ERROR_LOGIN_REFUSED,
      "user {login} may not run commands on host {host} ({address}); give that user a shell "
      "there" },
    { OPEN, CODE_ANY, SAYS("assword has expired"), MIG_ERROR_LOGIN_REFUSED,
      "the password of user {login} on host {host} ({address}) has expired; renew it there" },
    { OPEN, CODE_ANY, SAYS("Unable to negotiate with"), MIG_ERROR_HOST_UNREACHABLE,
      "ssh here and ssh on host {host} ({address}) have no algorithm in common; bring the older "
      "one up to date" },
    { OPEN, CODE_ANY, SAYS("Cannot find 'ssh'"), MIG_ERROR_HOST_UNREACHABLE,
      "there is no ssh on this machine to reach host {host} with; install openssh-client" },
    { OPEN, CODE_ANY, NO_SSH_HELPER, MIG_ERROR_LIBVIRT_DOWN,
      "the ssh login to host {host} works, but virt-ssh-helper is not there; install libvirt's "
      "daemon on it" },

    /* its libvirtd */
    { OPEN, CODE_ANY, SAYS("-sock': Permission denied"), MIG_ERROR_LIBVIRT_REFUSED,
      "libvirtd on host {host} does not let user {login} in; add that user to the group libvirt "
      "there: usermod -aG libvirt {login}" },
    { OPEN, CODE_ANY, SAYS("Failed to connect socket"), MIG_ERROR_LIBVIRT_DOWN,
      "libvirtd does not run on host {host}; start it there: systemctl start libvirtd.socket, or "
      "virtqemud.socket" },
    { OPEN, VIR_ERR_NO_CONNECT, SAYS("no connection driver"), MIG_ERROR_HOST_UNREACHABLE,
      "libvirtd on host {host} runs without the hypervisor driver that is asked for; install it "
      "there (libvirt-daemon-driver-qemu and the like) and restart libvirtd" },

    /* a vCenter */
    { OPEN, CODE_ANY, SAYS("returned an error: SSL"), MIG_ERROR_LOGIN_REFUSED,
      "the certificate of the vCenter of host {host} ({address}) is not trusted here; install the "
      "authority that signed it (update-ca-certificates)" },
    { OPEN, CODE_ANY, SAYS("for call to 'Login'"), MIG_ERROR_LOGIN_REFUSED,
      "the vCenter of host {host} ({address}) refused the login; correct User= in the host file, "
      "or the first line of the file that its PasswordFile= names" },
    { OPEN, CODE_ANY, SAYS("Could not find datacenter"), MIG_ERROR_INVALID_HOST_FILE,
      "the vCenter of host {host} ({address}) has no such datacenter; correct Datacenter= in the "
      "host file" },
    { OPEN, CODE_ANY, SAYS("Could not find compute resource"), MIG_ERROR_INVALID_HOST_FILE,
      "the vCenter of host {host} ({address}) has no such cluster or host; correct Cluster= and "
      "HostSystem= in the host file" },
    { OPEN, CODE_ANY, SAYS("Could not find host system"), MIG_ERROR_INVALID_HOST_FILE,
      "the vCenter of host {host} ({address}) has no such host; correct HostSystem= in the host "
      "file" },

    /* TLS, rights and the network */
    { OPEN, VIR_ERR_SYSTEM_ERROR, SAYS("Cannot read "), MIG_ERROR_LOGIN_REFUSED,
      "this service cannot read its own TLS certificate, key or authority for host {host}; put the "
      "file that libvirt's own text names there (see migration-key --certificate), and let the "
      "service's user read it" },
    { OPEN, CODE_ANY, SAYS("ertificate"), MIG_ERROR_LOGIN_REFUSED,
      "host {host} ({address}) and this service do not accept each other's TLS certificates; check "
      "the authority, the names and the dates of both" },
    { OPEN, CODE_ANY, SAYS("TLS"), MIG_ERROR_LOGIN_REFUSED,
      "host {host} ({address}) broke off the TLS handshake; check that it speaks TLS on that port "
      "and accepts the certificate of this service" },
    { OPEN, CODE_ANY, SAYS("Broken pipe"), MIG_ERROR_HOST_UNREACHABLE,
      "the connection to host {host} ({address}) ended at once; check that it listens for {via}, "
      "and for ssh log in there by hand as the user this service runs as to see why" },
    { OPEN, CODE_ANY, SAYS("access denied by policy"), MIG_ERROR_LIBVIRT_REFUSED,
      "polkit on host {host} does not let user {login} use libvirt; allow org.libvirt.unix.manage "
      "there, or add the user to the group libvirt: usermod -aG libvirt {login}" },
    { OPEN, VIR_ERR_AUTH_FAILED, ANY_TEXT, MIG_ERROR_LOGIN_REFUSED,
      "libvirtd on host {host} refused the login of this service; check its auth settings and "
      "polkit rules in libvirtd.conf" },
    { OPEN, VIR_ERR_AUTH_CANCELLED, ANY_TEXT, MIG_ERROR_LOGIN_REFUSED,
      "libvirtd on host {host} asks for a name and password, which this service never gives; allow "
      "it by ssh key, certificate or polkit rule" },
    { OPEN, VIR_ERR_AUTH_UNAVAILABLE, ANY_TEXT, MIG_ERROR_LIBVIRT_REFUSED,
      "libvirtd on host {host} does not let user {login} in; add that user to the group libvirt "
      "there: usermod -aG libvirt {login}, or allow it by a polkit rule for "
      "org.libvirt.unix.manage" },
    { OPEN, CODE_ANY, SAYS("resolve"), MIG_ERROR_HOST_NAME_UNKNOWN,
      "the name {address} of host {host} does not resolve to an address; correct that address "
      "(Address=) or the name service" },
    { OPEN, CODE_ANY, SAYS("onnection refused"), MIG_ERROR_CONNECTION_REFUSED,
      "host {host} ({address}) refused the connection; check that it listens for {via}, and at the "
      "port that is set" },
    { OPEN, CODE_ANY, SAYS("imed out"), MIG_ERROR_HOST_TIMEOUT,
      "host {host} ({address}) did not answer; check that it is up and that no firewall is "
      "between" },
    { OPEN, CODE_ANY, SAYS("No route to host", "unreachable"), MIG_ERROR_HOST_UNREACHABLE,
      "there is no route to host {host} ({address}); check that it is up and the network to it" },
    { OPEN, CODE_ANY, ANY_TEXT, MIG_ERROR_HOST_UNREACHABLE,
      "no connection to libvirtd on host {host} ({address}); check that it runs and listens for "
      "{via}, libvirt's own text tells more" },

    /* what a program wrote that libvirt ran: any word may be in it */
    { MIGRATE, VIR_ERR_HOOK_SCRIPT_FAILED, ANY_TEXT, MIG_ERROR_FAILED,
      "a hook of libvirt (/etc/libvirt/hooks) on host {host} or host {destination} refused guest "
      "{guest}; libvirt's own text has what it wrote" },
    { MIGRATE, CODE_ANY, SAYS("Failed to apply firewall rules"), MIG_ERROR_FAILED,
      "host {destination} could not set the packet filter for guest {guest}; libvirt's own text "
      "has the rule and the reason" },
    { MIGRATE, CODE_ANY, SAYS("Child process ("), MIG_ERROR_FAILED,
      "a program that libvirt ran for guest {guest} on host {host} or host {destination} failed; "
      "libvirt's own text names it and has what it wrote" },

    /* the guest is held; the text begins with "Timed out", too */
    { ASK | MIGRATE, CODE_ANY, SAYS("(held by monitor=remoteDispatchDomainMigrateBegin3Params"),
      MIG_ERROR_GUEST_BUSY,
      "a migration holds guest {guest} on host {host}; wait for its end, and if there is none, it "
      "failed at its beginning and was not given up: restart libvirtd on host {host}, which frees "
      "the guest and lets it run on" },
    { ASK | MIGRATE | RECOVER, CODE_ANY, SAYS("state change lock"), MIG_ERROR_GUEST_BUSY,
      "another job on host {host} holds guest {guest}; wait for it to end, or look at it with "
      "virsh domjobinfo" },
    { CONTROL, CODE_ANY, SAYS("state change lock"), MIG_ERROR_GUEST_BUSY,
      "libvirt on host {host} is busy with guest {guest}; try it again in a moment" },
    { MIGRATE, VIR_ERR_OPERATION_TIMEOUT, ANY_TEXT, MIG_ERROR_FAILED,
      "a helper of guest {guest} did not start in time on host {destination}; libvirt's own text "
      "names it, and the journal there tells why" },
    { MIGRATE, VIR_ERR_DBUS_SERVICE, ANY_TEXT, MIG_ERROR_FAILED,
      "a system service that libvirt needs, such as systemd-machined, did not answer on host "
      "{destination} or host {host}; look in the journal there" },

    /* the hypervisors encrypt, which managed direct would not change */
    { MIGRATE, CODE_ANY, SAYS("Certificate does not match the hostname"), MIG_ERROR_LOGIN_REFUSED,
      "the certificate of the hypervisor on host {destination} is for another name; give that as "
      "tls-name, or make one for the right name (migrate_tls_x509_cert_dir in qemu.conf)",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, SAYS("'object-add'", "failed: The certificate"), MIG_ERROR_LOGIN_REFUSED,
      QEMU_CERTIFICATES, OF_EITHER },
    { MIGRATE, VIR_ERR_INTERNAL_ERROR, SAYS("ertificate"), MIG_ERROR_LOGIN_REFUSED,
      QEMU_CERTIFICATES, OF_EITHER },
    { MIGRATE, CODE_ANY, SAYS("TLS channel"), MIG_ERROR_LOGIN_REFUSED,
      "the encrypted connection of the hypervisors broke off, as it does if a certificate is "
      "refused; look at those in migrate_tls_x509_cert_dir of qemu.conf on host {host} and host "
      "{destination}, /var/log/libvirt/qemu on both tells more",
      OF_EITHER },

    /* QEMU did not start on the destination, or ended; its own words follow in the text,
     * "Permission denied" and the like */
    { MIGRATE, CODE_ANY, SAYS("write\" lock"), MIG_ERROR_FAILED, DISK_IN_USE },
    { MIGRATE, CODE_ANY, SAYS("cannot set up guest memory", "backing store for guest RAM"),
      MIG_ERROR_FAILED,
      "host {destination} has not enough free memory for guest {guest}; make room there or choose "
      "another destination" },
    { MIGRATE, CODE_ANY,
      SAYS("load of migration failed: Invalid argument", "error while loading state"),
      MIG_ERROR_INCOMPATIBLE,
      "the hypervisor of host {destination} does not understand the state of guest {guest}; bring "
      "QEMU and firmware of both hosts to the same version, libvirt's own text may name the "
      "device" },
    { MIGRATE, CODE_ANY, SAYS("storage file '", "Could not open '"), MIG_ERROR_FAILED,
      "a disk or another file of guest {guest} cannot be opened on host {destination}; see that "
      "the one that libvirt's own text names is there, and that the hypervisor may read it" },
    { MIGRATE, CODE_ANY, SAYS("guest CPU"), MIG_ERROR_INCOMPATIBLE, CPU_DOES_NOT_FIT },
    { MIGRATE, CODE_ANY, SAYS("while connecting to monitor", "exited prior to exec"),
      MIG_ERROR_FAILED,
      "the hypervisor of guest {guest} cannot be started on host {destination}; libvirt's own text "
      "or what it wrote there (/var/log/libvirt/qemu) tells why" },
    { MIGRATE, CODE_ANY, SAYS("monitor socket"), MIG_ERROR_FAILED,
      "the hypervisor of guest {guest} ended on host {destination} as soon as it was started; what "
      "it wrote there (/var/log/libvirt/qemu) tells why" },
    { MIGRATE, CODE_ANY,
      SAYS("closed the monitor", "from monitor", "to monitor", "from qemu monitor",
           "no longer running", "guest unexpectedly quit"),
      MIG_ERROR_FAILED,
      "the hypervisor of guest {guest} ended on host {destination}, or on host {host} if the guest "
      "is gone from there; libvirt's own text or what it wrote (/var/log/libvirt/qemu) tells why" },
    { MIGRATE, CODE_ANY, SAYS("unexpectedly failed"), MIG_ERROR_FAILED,
      "the hypervisors broke off the migration of guest {guest}; what they wrote on host {host} "
      "and host {destination} (/var/log/libvirt/qemu) tells why" },
    { MIGRATE, CODE_ANY, SAYS("migration of disk "), MIG_ERROR_FAILED,
      "a disk of guest {guest} could not be copied to host {destination}; libvirt's own text names "
      "it and the reason" },
    { MIGRATE, CODE_ANY, SAYS("Unable to write to socket", "Unable to read from socket"),
      MIG_ERROR_FAILED,
      "host {destination} closed the connection on which guest {guest} arrived; what its "
      "hypervisor wrote there (/var/log/libvirt/qemu) tells why" },

    /* the source's libvirtd could not open the destination's */
    { MIGRATE, CODE_ANY, SAYS("REMOTE HOST IDENTIFICATION HAS CHANGED"), MIG_ERROR_HOST_KEY_CHANGED,
      "the ssh key of host {destination} is another than the one that host {host} knows; find out "
      "why, and correct the known_hosts file of root on host {host} only if it is the right one",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, SAYS("Host key verification failed"), MIG_ERROR_HOST_KEY_UNKNOWN,
      "the ssh key of host {destination} is not known on host {host}; enter it in the known_hosts "
      "file of root there, or use flow managed-direct",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, SAYS("Permission denied (", "Too many authentication failures"),
      MIG_ERROR_LOGIN_REFUSED, PEER_LOGIN_REFUSED, OF_DESTINATION },
    { MIGRATE, CODE_ANY, SAYS("-sock': Permission denied"), MIG_ERROR_LIBVIRT_REFUSED,
      PEER_LIBVIRT_REFUSED, OF_DESTINATION },
    { MIGRATE, CODE_ANY, SAYS("virt-ssh-helper: cannot connect"), MIG_ERROR_LIBVIRT_DOWN,
      "libvirtd does not run on host {destination}; start it there: systemctl start "
      "libvirtd.socket, or virtqemud.socket",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, NO_SSH_HELPER, MIG_ERROR_LIBVIRT_DOWN,
      "virt-ssh-helper is not on host {destination}, through which host {host}'s libvirtd talks "
      "to it; install libvirt's daemon there",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, SAYS("Failed to connect socket to '"), MIG_ERROR_FAILED,
      "a daemon that libvirt needs does not run on host {destination} or host {host}; start the "
      "one whose socket libvirt's own text names" },
    { MIGRATE, VIR_ERR_SYSTEM_ERROR, SAYS("Cannot read "), MIG_ERROR_LOGIN_REFUSED,
      "a libvirt daemon cannot read its TLS certificate, key or authority for the way from host "
      "{host} to host {destination}; libvirt's own text names the file",
      OF_EITHER },
    { MIGRATE, CODE_ANY, SAYS("TLS confirmation"), MIG_ERROR_LOGIN_REFUSED,
      "host {destination} did not accept the TLS certificate of host {host}'s libvirtd; check "
      "both, or use flow managed-direct",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, SAYS("ertificate"), MIG_ERROR_LOGIN_REFUSED,
      "the libvirt daemons of host {host} and host {destination} do not accept each other's TLS "
      "certificates; check both, or use flow managed-direct",
      OF_EITHER },
    { MIGRATE, VIR_ERR_AUTH_FAILED, ANY_TEXT, MIG_ERROR_LOGIN_REFUSED,
      "host {destination} refused the login of host {host}'s libvirtd; check the certificates or "
      "rules there, or use flow managed-direct",
      OF_DESTINATION },
    { MIGRATE, VIR_ERR_AUTH_UNAVAILABLE, ANY_TEXT, MIG_ERROR_LIBVIRT_REFUSED, PEER_LIBVIRT_REFUSED,
      OF_DESTINATION },
    /* its text has "resolved" in it */
    { MIGRATE, CODE_ANY, SAYS("requires an FQDN"), MIG_ERROR_INVALID_HOST_FILE,
      "host {destination} does not know its own name and cannot say where to send guest {guest}; "
      "set MigrationAddresses= in its host file and use interface-address, or correct its host "
      "name" },
    { MIGRATE, CODE_ANY,
      SAYS("resolve address '", "resolve hostname", "address resolution failed for"),
      MIG_ERROR_HOST_UNREACHABLE,
      "host {host} cannot resolve the name under which it was to reach host {destination}; correct "
      "PeerAddress= in its host file or the name service of host {host}, or give interface-address "
      "if that is how host {destination} calls itself",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, SAYS("onnection refused"), MIG_ERROR_HOST_UNREACHABLE,
      "host {destination} refused a connection from host {host}; check Peer* in its host file, and "
      "that it listens there, or give interface-address if it was that of guest {guest} itself",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, SAYS("No route to host", "etwork is unreachable"),
      MIG_ERROR_HOST_UNREACHABLE,
      "host {host} has no route to host {destination}; check the network and the firewall between "
      "them",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY, SAYS("imed out"), MIG_ERROR_HOST_UNREACHABLE,
      "host {host} got no answer from host {destination}; check the network and the firewall "
      "between them",
      OF_DESTINATION },
    { MIGRATE, CODE_ANY,
      SAYS("Failed to connect to remote libvirt URI", "kex_exchange_identification"),
      MIG_ERROR_HOST_UNREACHABLE,
      "host {host}'s libvirtd cannot connect to that of host {destination}; check Peer* in its "
      "host file, or use flow managed-direct",
      OF_DESTINATION },

    /* the host went away, or will not say */
    { ASK | MIGRATE | CONTROL | RECOVER, CODE_ANY, SAYS("keepalive timeout"),
      MIG_ERROR_CONNECTION_LOST,
      "host {host} stopped answering; check that it is up and the network to it", OF_EITHER },
    { ASK | MIGRATE | CONTROL | RECOVER, VIR_ERR_SYSTEM_ERROR,
      SAYS("End of file while reading data", "End of file while writing data"),
      MIG_ERROR_CONNECTION_LOST,
      "libvirtd on host {host} or its peer closed the connection; check that it runs on both",
      OF_EITHER },
    { ASK | MIGRATE | CONTROL | RECOVER, VIR_ERR_SYSTEM_ERROR,
      SAYS("Cannot recv data", "Cannot write data"), MIG_ERROR_CONNECTION_LOST, CONNECTION_WAS_LOST,
      OF_EITHER },
    { ASK | MIGRATE | CONTROL | RECOVER, CODE_ANY,
      SAYS("client socket is closed", "event on socket"), MIG_ERROR_CONNECTION_LOST,
      CONNECTION_WAS_LOST, OF_EITHER },
    { MIGRATE, CODE_ANY, SAYS("Lost connection to destination host"), MIG_ERROR_CONNECTION_LOST,
      "host {host} lost its connection to host {destination}; check the network between them",
      OF_DESTINATION },
    { MIGRATE, VIR_ERR_ACCESS_DENIED, ANY_TEXT, MIG_ERROR_LOGIN_REFUSED,
      "libvirtd on host {host} or host {destination} does not allow this service to do that; check "
      "the access rules of both (access_drivers in libvirtd.conf)",
      OF_EITHER },
    { ASK | CONTROL | RECOVER, VIR_ERR_ACCESS_DENIED, ANY_TEXT, MIG_ERROR_LOGIN_REFUSED,
      "libvirtd on host {host} does not allow this service to do that; check its access rules "
      "(access_drivers in libvirtd.conf)" },
    /* a migration asks the source by UUID, and only the destination by name */
    { MIGRATE, VIR_ERR_NO_DOMAIN, SAYS("no domain with matching name"), MIG_ERROR_FAILED,
      "guest {guest} was stopped on host {destination} while it arrived there; look in its log in "
      "/var/log/libvirt/qemu there, and see that nobody destroys it" },
    { ASK | MIGRATE, VIR_ERR_NO_DOMAIN, ANY_TEXT, MIG_ERROR_GUEST_NOT_FOUND,
      "there is no guest {guest} on host {host}; it may have been stopped just now" },

    /* the guest */
    { MIGRATE, VIR_ERR_MIGRATE_UNSAFE, ANY_TEXT, MIG_ERROR_UNSAFE,
      "libvirt calls it unsafe to migrate guest {guest}: its disks are not on storage that both "
      "hosts share, or use a host cache; put them on shared storage with cache=none" },
    { MIGRATE, VIR_ERR_CPU_INCOMPATIBLE, ANY_TEXT, MIG_ERROR_INCOMPATIBLE, CPU_DOES_NOT_FIT },
    { MIGRATE, VIR_ERR_OPERATION_ABORTED, ANY_TEXT, MIG_ERROR_CANCELLED, WAS_CANCELLED },
    { MIGRATE, CODE_ANY, SAYS("canceled by client"), MIG_ERROR_CANCELLED, WAS_CANCELLED },
    { MIGRATE, CODE_ANY, SAYS("same host"), MIG_ERROR_SAME_HOST,
      "host {host} and host {destination} are one machine, or have the same host name or system "
      "UUID; choose another destination, or give one of them its own (hostnamectl, host_uuid in "
      "libvirtd.conf)" },
    { MIGRATE, CODE_ANY, SAYS("is already active"), MIG_ERROR_GUEST_EXISTS,
      "a guest {guest} is active on host {destination} already; stop or rename it there" },
    { MIGRATE, VIR_ERR_DOM_EXIST, ANY_TEXT, MIG_ERROR_GUEST_EXISTS, GUEST_IN_THE_WAY },
    { MIGRATE, CODE_ANY, SAYS("already exists with uuid"), MIG_ERROR_GUEST_EXISTS,
      GUEST_IN_THE_WAY },
    { MIGRATE, CODE_ANY, SAYS("another migration job is already running"), MIG_ERROR_GUEST_BUSY,
      "guest {guest} is being migrated by somebody else; wait for that to end" },
    /* QEMU's driver says so of the guest as it arrives, too */
    { MIGRATE, VIR_ERR_OPERATION_FAILED, SAYS("domain is not running"), MIG_ERROR_GUEST_NOT_RUNNING,
      "guest {guest} has just stopped running on host {host}, or its hypervisor ended on host "
      "{destination}; what it wrote (/var/log/libvirt/qemu) tells why" },
    { MIGRATE, CODE_ANY, SAYS("domain is not running"), MIG_ERROR_GUEST_NOT_RUNNING,
      "guest {guest} has just stopped running on host {host}; start it and migrate it again" },

    /* what it needs on the destination */
    { MIGRATE, CODE_ANY, SAYS("unused port in range 'migration'"), MIG_ERROR_LIMITS_EXCEEDED,
      "host {destination} has no free port for another migration; wait until one of those that run "
      "has ended" },
    { MIGRATE, CODE_ANY, SAYS("unused port in range"), MIG_ERROR_LIMITS_EXCEEDED,
      "host {destination} has no free port for the display of guest {guest}; look at "
      "remote_display_port_max in qemu.conf there" },
    { MIGRATE, CODE_ANY, SAYS("Address already in use", "Failed to reserve port"),
      MIG_ERROR_LIMITS_EXCEEDED,
      "a port at which host {destination} was to receive guest {guest}, or to show its display, is "
      "taken there; choose another one for port or disks-port, or leave it to libvirt" },
    { MIGRATE, VIR_ERR_RESOURCE_BUSY, ANY_TEXT, MIG_ERROR_FAILED, DISK_IN_USE },
    { MIGRATE, CODE_ANY, SAYS("which is already in use"), MIG_ERROR_FAILED,
      "libvirt on host {destination} finds a file of guest {guest} marked as another user's; let "
      "QEMU run as the same user and group on both hosts (qemu.conf)" },
    { MIGRATE, CODE_ANY, SAYS("unable to set user and group"), MIG_ERROR_FAILED,
      "libvirt on host {destination} may not give a file of guest {guest} to the hypervisor; look "
      "at root_squash of that storage, or dynamic_ownership in qemu.conf" },
    { MIGRATE, CODE_ANY, SAYS("Cannot get interface MTU on", "Unable to add bridge "),
      MIG_ERROR_FAILED,
      "host {destination} lacks the bridge that guest {guest} is connected to; make it there, or "
      "give the one it has with option bridges" },
    { MIGRATE, CODE_ANY, SAYS("' is not active"), MIG_ERROR_FAILED,
      "a network or storage pool that guest {guest} needs is not active on host {destination}; "
      "start it there with virsh net-start or virsh pool-start" },
    { MIGRATE, VIR_ERR_NO_NETWORK, ANY_TEXT, MIG_ERROR_FAILED,
      "host {destination} does not have the network of guest {guest}; define it there, or give the "
      "one it has with option networks" },
    { MIGRATE, CODE_ANY, SAYS("with matching target path"), MIG_ERROR_FAILED,
      "host {destination} has no storage pool for the directory a disk of guest {guest} goes to; "
      "define and start one there, or make the disk's file there first" },
    { MIGRATE, CODE_ANY, SAYS("incremental storage migration"), MIG_ERROR_NOT_SUPPORTED,
      "an incremental copy needs the disks of guest {guest} on host {destination} beforehand; make "
      "them there, or give copy-storage \"all\"" },
    { MIGRATE, CODE_ANY, SAYS("could not find capabilities for"), MIG_ERROR_INCOMPATIBLE,
      "host {destination} cannot run the architecture or acceleration of guest {guest}; enable "
      "virtualization there (/dev/kvm) or choose another destination" },
    { MIGRATE, CODE_ANY, SAYS("Cannot check QEMU binary"), MIG_ERROR_INCOMPATIBLE,
      "the emulator of guest {guest} is not on host {destination}; install it there" },
    { MIGRATE, VIR_ERR_XML_ERROR, ANY_TEXT, MIG_ERROR_INCOMPATIBLE,
      "libvirt on host {destination} cannot read the configuration of guest {guest}; if it is "
      "older than that of host {host} bring it up to date" },
    { MIGRATE, CODE_ANY, SAYS("does not match source"), MIG_ERROR_INCOMPATIBLE,
      "the configuration that guest {guest} was to have on host {destination} differs in more than "
      "may differ; look at disk-paths, networks and bridges, libvirt's own text names what" },

    /* what the hosts cannot do */
    { MIGRATE, CODE_ANY, SAYS("only with VIR_MIGRATE_TLS"), MIG_ERROR_NOT_ALLOWED,
      "host {host} or host {destination} migrates only with encryption (migrate_tls_force in "
      "qemu.conf); add tls" },
    { MIGRATE, CODE_ANY, SAYS("migration TLS directory"), MIG_ERROR_NOT_SUPPORTED,
      "host {host} or host {destination} has no certificates for encrypted migration; put them in "
      "migrate_tls_x509_cert_dir of qemu.conf, or leave out tls" },
    { MIGRATE, CODE_ANY, SAYS("RDMA migration is not"), MIG_ERROR_NOT_SUPPORTED,
      "QEMU on host {host} or host {destination} is built without rdma; leave out data-protocol" },
    { MIGRATE, CODE_ANY, SAYS("Postcopy is not supported"), MIG_ERROR_NOT_SUPPORTED,
      "host {destination} or host {host} does not allow post-copy; set "
      "vm.unprivileged_userfaultfd=1 there (sysctl), or leave out postcopy" },
    { MIGRATE, CODE_ANY, SAYS("running swtpm does not support"), MIG_ERROR_NOT_SUPPORTED,
      "the swtpm of guest {guest} on host {host} is too old to move; update swtpm and start the "
      "guest anew" },
    { MIGRATE, CODE_ANY, SAYS("refer to the same vCenter"), MIG_ERROR_NOT_SUPPORTED,
      "host {host} and host {destination} have two vCenters, and guests move only between hosts of "
      "one; name another destination" },
    { MIGRATE, CODE_ANY, SAYS("not possible without a vCenter"), MIG_ERROR_NOT_SUPPORTED,
      "host {host} is not reached through a vCenter, which alone can migrate guest {guest}; give "
      "it a host file with Driver=vpx" },
    { MIGRATE, CODE_ANY, SAYS("Renaming domains on migration not supported"),
      MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} cannot give guest {guest} another name; leave out "
      "destination-name" },
    { MIGRATE, CODE_ANY, SAYS("vpxmigr:// migration URIs"), MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} takes no address to send guest {guest} to; leave out "
      "interface-address" },
    { MIGRATE, CODE_ANY, SAYS("unsupported flags (0x"), MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} or host {destination} does not know an option of this "
      "migration; leave out those that Plan names flags for" },
    { MIGRATE, CODE_ANY, SAYS("unable to parse URI"), MIG_ERROR_NOT_SUPPORTED,
      "host {destination} cannot read the address it was to receive guest {guest} at; leave out "
      "interface-address, and if the guest is held on host {host} now, restart libvirtd there" },
    { MIGRATE, CODE_ANY, SAYS("Failed to send migration data to destination host"),
      MIG_ERROR_FAILED,
      "host {host} could not send guest {guest}; a Xen without shadow paging cannot do it live, "
      "try live=false, and /var/log/libvirt/libxl on both hosts tells more" },
    { MIGRATE, CODE_ANY, SAYS("direct migration is not supported"), MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} cannot move guest {guest} without libvirt on host "
      "{destination}; use flow peer-to-peer or managed-direct" },
    { MIGRATE, VIR_ERR_NO_SUPPORT, ANY_TEXT, MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} or host {destination} cannot do this migration; Plan "
      "names its flow and flags, try others" },
    { MIGRATE, VIR_ERR_ARGUMENT_UNSUPPORTED, ANY_TEXT, MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} or host {destination} cannot do this migration; try "
      "other options" },
    { MIGRATE, CODE_ANY, SAYS("cannot migrate domain"), MIG_ERROR_NOT_SUPPORTED,
      "guest {guest} cannot be migrated as it is; libvirt's own text names the reason" },
    { MIGRATE, VIR_ERR_OPERATION_UNSUPPORTED, ANY_TEXT, MIG_ERROR_NOT_SUPPORTED,
      "guest {guest} cannot be migrated as it is, or not with these options; libvirt's own text "
      "names the reason" },
    { MIGRATE, VIR_ERR_CONFIG_UNSUPPORTED, ANY_TEXT, MIG_ERROR_INCOMPATIBLE,
      "the configuration of guest {guest} does not work on host {destination}; libvirt's own text "
      "names what does not" },

    /* the job has gone on meanwhile, or cannot be changed */
    { CONTROL, VIR_ERR_NO_DOMAIN, ANY_TEXT, MIG_ERROR_TOO_LATE,
      "guest {guest} has just left host {host}; look at the job's state" },
    { CONTROL, VIR_ERR_OPERATION_INVALID, ANY_TEXT, MIG_ERROR_TOO_LATE,
      "libvirt does not take that of the migration of guest {guest} any more; look at the job's "
      "phase and state" },
    { CONTROL, VIR_ERR_NO_SUPPORT, ANY_TEXT, MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} cannot change a migration that runs; wait for its "
      "end" },
    { CONTROL, VIR_ERR_ARGUMENT_UNSUPPORTED, ANY_TEXT, MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor driver of host {host} cannot change that of a migration that runs; wait for "
      "its end" },
    { CONTROL, VIR_ERR_OPERATION_UNSUPPORTED, ANY_TEXT, MIG_ERROR_NOT_SUPPORTED,
      "the hypervisor of guest {guest} on host {host} cannot change that of a migration; wait for "
      "its end" },

    /* or the guest is another than it was a moment ago */
    { RECOVER, CODE_ANY, SAYS("write\" lock"), MIG_ERROR_NOT_RECOVERABLE,
      "another hypervisor holds a disk of guest {guest}: the guest may run on the other host, look "
      "there before anything else" },
    { RECOVER, CODE_ANY, SAYS("Failed to terminate process"), MIG_ERROR_FAILED,
      "the hypervisor of guest {guest} on host {host} does not end, mostly because its storage "
      "does not answer; bring that back or restart the host" },
    { RECOVER, VIR_ERR_NO_DOMAIN, ANY_TEXT, MIG_ERROR_NOT_RECOVERABLE,
      "guest {guest} has just gone from host {host}; call look-again" },
    { RECOVER, VIR_ERR_OPERATION_INVALID, ANY_TEXT, MIG_ERROR_NOT_RECOVERABLE,
      "libvirt on host {host} does not do that to guest {guest} as it is now; call look-again" },
    { RECOVER, CODE_ANY, ANY_TEXT, MIG_ERROR_FAILED,
      "libvirt on host {host} did not do that to guest {guest}; its own text, in the journal, "
      "names the reason" },

    /* everything else */
    { CONTROL, CODE_ANY, ANY_TEXT, MIG_ERROR_FAILED,
      "libvirt on host {host} did not do that to the migration of guest {guest}; its own text, in "
      "the journal, names the reason" },
    { MIGRATE, CODE_ANY, ANY_TEXT, MIG_ERROR_FAILED,
      "libvirt could not migrate guest {guest} from host {host} to host {destination}; its own "
      "text names the reason" },
    { ANY, CODE_ANY, ANY_TEXT, MIG_ERROR_FAILED,
      "libvirtd on host {host} could not answer; its own text, in the journal, names the reason" },
};

const guint mig_libvirt_n_rows = G_N_ELEMENTS(mig_libvirt_rows);

static gboolean row_fits(const MigLibvirtRow *row, MigDoing doing, int code, const char *text)
{
    if (!(row->doing & doing) || (row->code != CODE_ANY && row->code != code))
        return FALSE;
    gboolean found = !row->texts[0];
    for (guint i = 0; !found && i < MIG_LIBVIRT_MAX_TEXTS && row->texts[i]; i++)
        found = strstr(text, row->texts[i]) != NULL;
    return found;
}

const MigLibvirtRow *mig_libvirt_row(MigDoing doing, int code, const char *text)
{
    const MigLibvirtRow *row = mig_libvirt_rows;
    while (!row_fits(row, doing, code, text))
        row++; /* the last one fits everything */
    return row;
}
