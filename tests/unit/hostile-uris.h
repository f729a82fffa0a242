/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connection URIs and host names that must be refused, by the attack they stand for. Each is one
 * step away from one that is accepted, so that a grammar that gives way in one place fails here.
 * tests/bus/test_untouched.py reads them, too.
 */
#pragma once

/* clang-format off */
static const char *const hostile_uris[] = {
    /* nothing, or libvirt's own choice */
    "", " ", "\t", "\n", "/", "//", ":", "://", ":///system", "///system", "/system",
    "default", "local", "hv1", "qemu", "qemu:", "qemu:/", "qemu://", "qemu:///", "qemu:/system",
    "qemu:system", "qemu//host-b/system", "qemu+tls:host-b/system", "qemu+tls:/host-b/system",
    "+tls://host-b/system", "qemu+tls//host-b/system", "qemu+tls", "NULL", "(null)",

    /* programs run by the one who opens it */
    "qemu+ext://host-b/system?command=/bin/sh", "qemu+ext:///system?command=/bin/sh",
    "qemu+ext://host-b/system", "qemu+ext:///system", "qemu+EXT://host-b/system",
    "qemu+ssh://host-b/system?command=/tmp/x", "qemu+ssh://host-b/system?COMMAND=/tmp/x",
    "qemu+ssh://host-b/system?Command=/tmp/x", "qemu+ssh://host-b/system?%63ommand=/tmp/x",
    "qemu+ssh://host-b/system?c%6Fmmand=/tmp/x", "qemu+ssh://host-b/system?command%3D/tmp/x",
    "qemu+ssh://host-b/system?x=1;command=/tmp/x", "qemu+ssh://host-b/system?x=1&command=/tmp/x",
    "qemu+ssh://host-b/system?x=1;command=/tmp/x&y=2", "qemu+ssh://host-b/system?x=1&&command=/x",
    "qemu+ssh://host-b/system?&command=/tmp/x", "qemu+ssh://host-b/system?;command=/tmp/x",
    "qemu+tls://host-b/system?command=/tmp/x", "qemu:///system?command=/tmp/x",

    /* programs run on the other side */
    "qemu+ssh://host-b/system?netcat=/tmp/x", "qemu+ssh://host-b/system?NETCAT=/tmp/x",
    "qemu+ssh://host-b/system?socket=/x%3Btouch%20/x/pwn%3B%23",
    "qemu+ssh://host-b/system?socket=/run/libvirt/libvirt-sock",
    "qemu+ssh://host-b/system?proxy=netcat", "qemu+ssh://host-b/system?proxy=auto",
    "qemu+ssh://host-b/system?proxy=native", "qemu+ssh://host-b/system?no_tty=1&proxy=native",
    "qemu+ssh://host-b/system?no_tty=1&proxy=native&proxy=netcat",
    "qemu+ssh://host-b/system?name=qemu+ext:///system",
    "qemu+ssh://host-b/system?name=qemu:///embed?root=/tmp/x",
    "qemu+libssh://host-b/system", "qemu+libssh2://host-b/system", "qemu+libssh://root@host-b/system",
    "qemu+libssh2://host-b/system?known_hosts=/etc/passwd",

    /* keys, certificates and checks of the caller's choice */
    "qemu+ssh://host-b/system?keyfile=/root/.ssh/id_rsa", "qemu+ssh://host-b/system?no_verify=1",
    "qemu+ssh://host-b/system?known_hosts=/etc/shadow", "qemu+ssh://host-b/system?no_sanity=1",
    "qemu+ssh://host-b/system?known_hosts_verify=ignore", "qemu+ssh://host-b/system?sshauth=password",
    "qemu+tls://host-b/system?no_verify=1", "qemu+tls://host-b/system?NO_VERIFY=1",
    "qemu+tls://host-b/system?no_sanity=1", "qemu+tls://host-b/system?pkipath=/tmp",
    "qemu+tls://host-b/system?pkipath=/etc/pki&pkipath=/tmp", "qemu+tls://host-b/system?auth=sasl.PLAIN",
    "qemu+tls://host-b/system?tls_priority=NORMAL:-VERS-ALL:+VERS-SSL3.0",
    "qemu+tls://host-b/system?authfile=/etc/shadow", "qemu:///system?authfile=/etc/shadow",
    "qemu+tcp://host-b/system?auth=none", "qemu+tcp://host-b/system?mode=legacy",
    "qemu:///system?mode=direct", "qemu://host-b/system?no_verify=1",

    /* a query in any form */
    "qemu+ssh://host-b/system?", "qemu+ssh://host-b/system?x", "qemu+ssh://host-b/system?=",
    "qemu+ssh://host-b/system?x=1&x=2", "qemu+ssh://host-b/system&x=1", "qemu+ssh://host-b/system;x=1",
    "qemu+ssh://host-b?no_tty=1/system", "qemu+ssh://host-b?/system", "qemu+ssh://?host-b/system",
    "qemu?x=1+ssh://host-b/system", "qemu+ssh?x=1://host-b/system", "qemu:///system?",
    "qemu+ssh://host-b/system#", "qemu+ssh://host-b/system#x", "qemu+ssh://host-b#/system",
    "qemu+ssh://#host-b/system", "qemu:///system#x", "qemu+ssh://host-b/system%3Fcommand=/x",
    "qemu+ssh://host-b/system%23", "qemu+ssh://host-b/%73ystem", "qemu+ssh://host-b%2Fsystem",

    /* unix sockets */
    "qemu+unix:///system", "qemu+unix:///system?socket=/tmp/fake", "qemu+unix://host-b/system",
    "qemu:///system?socket=/tmp/fake", "qemu:///session", "qemu:///session?socket=/tmp/fake",
    "qemu+UNIX:///system", "unix:///run/libvirt/libvirt-sock", "qemu+unix://%2Ftmp%2Ffake/system",

    /* drivers that run in the process, or other machines altogether */
    "test:///default", "test:////etc/shadow", "test:///etc/shadow", "test+ssh://host-b/default",
    "test://host-b/system", "test+tls://host-b/system", "test:///system",
    "qemu:///embed", "qemu:///embed?root=/tmp/x", "qemu+ssh://host-b/embed", "qemu:///embed/system",
    "esx://host-b/system", "esx://root@host-b/?no_verify=1", "vpx://host-b/dc/cluster/esx",
    "gsx://host-b/system", "hyperv://host-b/system", "vbox:///session", "vbox:///system",
    "vbox+ssh://host-b/system",
    "lxc:///system", "lxc+ssh://host-b/system",
    "bhyve:///system", "vmwareplayer:///session", "remote://host-b/system", "ch:///system",
    "http://host-b/system", "https://host-b/system", "file:///system", "file:///etc/shadow",
    "ssh://host-b/system", "tls://host-b/system", "tcp://host-b/system", "exec:///system",

    /* the scheme in other letters, twice, or in parts */
    "QEMU:///system", "Qemu:///system", "QEMU+ssh://host-b/system", "qemU+tls://host-b/system",
    "qemu+SSH://host-b/system", "qemu+Tls://host-b/system", "qemu+TCP://host-b/system",
    "qemu+://host-b/system", "qemu++ssh://host-b/system", "qemu+ssh+tls://host-b/system",
    "qemu+ssh+://host-b/system", "qemu +ssh://host-b/system", "qemu+ ssh://host-b/system",
    "qemu+ssh ://host-b/system", " qemu+ssh://host-b/system", "qemu+sshx://host-b/system",
    "qemu+ss://host-b/system", "qemu+none://host-b/system", "qemu+none:///system",
    "xqemu+ssh://host-b/system", "qemux+ssh://host-b/system", "qemu%2Bssh://host-b/system",
    "qemu-ssh://host-b/system", "qemu.ssh://host-b/system", "qemu:ssh://host-b/system",
    "qemu+ssh:://host-b/system", "qemu+ssh:////host-b/system", "qemu+ssh:///host-b/system",
    "qemu+ssh:\\\\host-b\\system", "qemu+ssh://host-b\\system", "q%65mu+ssh://host-b/system",
    "qemu+udp://host-b/system", "qemu+rdma://host-b/system", "qemu+https://host-b/system",

    /* no host where there must be one */
    "qemu+ssh:///system", "qemu+tls:///system", "qemu+tcp:///system", "qemu+ssh://root@/system",
    "qemu+ssh://@/system", "qemu+ssh://:22/system", "qemu+tls://:16514/system",
    "qemu+ssh://root@:22/system", "qemu+tls://[]/system", "qemu+tls://[]:16514/system",
    "qemu://:16514/system", "qemu+ssh://./system", "qemu+ssh://../system",

    /* the path */
    "qemu+ssh://host-b", "qemu+ssh://host-b/", "qemu+ssh://host-b/session", "qemu+ssh://host-b//system",
    "qemu+ssh://host-b/system/", "qemu+ssh://host-b/system//", "qemu+ssh://host-b/./system",
    "qemu+ssh://host-b/x/../system", "qemu+ssh://host-b/system/..", "qemu+ssh://host-b/System",
    "qemu+ssh://host-b/SYSTEM", "qemu+ssh://host-b/systemx", "qemu+ssh://host-b/system ",
    "qemu+ssh://host-b/ system", "qemu+ssh://host-b/syste", "qemu+ssh://host-b/system:22",
    "qemu:////system", "qemu:///system/", "qemu:///system/x", "qemu:///SYSTEM", "qemu:///system ",
    "qemu+ssh://host-b/system@host-c", "qemu+ssh://host-b/x/system", "qemu+ssh://host-b/root/system",

    /* the user */
    "qemu+ssh://@host-b/system", "qemu+ssh://Root@host-b/system", "qemu+ssh://ROOT@host-b/system",
    "qemu+ssh://-l@host-b/system", "qemu+ssh://-oProxyCommand=x@host-b/system",
    "qemu+ssh://-@host-b/system", "qemu+ssh://0@host-b/system", "qemu+ssh://1root@host-b/system",
    "qemu+ssh://root:secret@host-b/system", "qemu+ssh://root:@host-b/system",
    "qemu+ssh://:secret@host-b/system", "qemu+ssh://root@evil@host-b/system",
    "qemu+ssh://root%40evil@host-b/system", "qemu+ssh://ro%6Ft@host-b/system",
    "qemu+ssh://root %h@host-b/system", "qemu+ssh://ro ot@host-b/system", "qemu+ssh://ro;ot@host-b/system",
    "qemu+ssh://ro.ot@host-b/system", "qemu+ssh://$USER@host-b/system", "qemu+ssh://`id`@host-b/system",
    "qemu+ssh://$(id)@host-b/system", "qemu+ssh://a+b@host-b/system", "qemu+ssh://a/b@host-b/system",
    "qemu+ssh://r\xc3\xb6\xc3\xb6t@host-b/system", "qemu+ssh://ro'ot@host-b/system",
    "qemu+ssh://ro\"ot@host-b/system", "qemu+ssh://ro\\ot@host-b/system", "qemu+ssh://~root@host-b/system",
    "qemu+ssh://a23456789012345678901234567890123@host-b/system", "qemu+ssh://DOMAIN\\u@host-b/system",
    "qemu+tls://root@host-b/system", "qemu+tcp://root@host-b/system", "qemu://root@host-b/system",
    "qemu://root@/system", "qemu+tls://@host-b/system", "qemu+ssh://root@host-b@/system",
    "qemu+ssh://root@@host-b/system", "qemu+ssh://ro\not@host-b/system", "qemu+ssh://root\t@host-b/system",

    /* the port */
    "qemu+ssh://host-b:/system", "qemu+ssh://host-b:0/system", "qemu+ssh://host-b:00/system",
    "qemu+ssh://host-b:022/system", "qemu+ssh://host-b:65536/system", "qemu+ssh://host-b:65558/system",
    "qemu+ssh://host-b:99999/system", "qemu+ssh://host-b:4294967318/system",
    "qemu+ssh://host-b:18446744073709551638/system", "qemu+ssh://host-b:-1/system",
    "qemu+ssh://host-b:-22/system", "qemu+ssh://host-b:+22/system", "qemu+ssh://host-b: 22/system",
    "qemu+ssh://host-b:22 /system", "qemu+ssh://host-b:0x16/system", "qemu+ssh://host-b:2e1/system",
    "qemu+ssh://host-b:22x/system", "qemu+ssh://host-b:x/system", "qemu+ssh://host-b:ssh/system",
    "qemu+ssh://host-b:22:22/system", "qemu+ssh://host-b::22/system", "qemu+ssh://host-b:22,23/system",
    "qemu+ssh://host-b:22.0/system", "qemu+ssh://host-b:%32%32/system", "qemu+ssh://host-b:\n22/system", "qemu+ssh://host-b:\v22/system",
    "qemu+ssh://host-b:22;x/system", "qemu+ssh://host-b:2 2/system", "qemu+ssh://host-b:22@x/system",
    "qemu+ssh://host-b:\xd9\xa2\xd9\xa2/system", "qemu+tls://192.0.2.1:0/system",
    "qemu+tls://[2001:db8::1]:/system", "qemu+tls://[2001:db8::1]:0/system",
    "qemu+tls://[2001:db8::1]:65536/system", "qemu+tls://[2001:db8::1]:016514/system",

    /* bytes that some program along the way reads differently */
    "qemu+ssh://host b/system", "qemu+ssh://host-b%20x/system", "qemu+ssh://host%20x%0Ay/system",
    "qemu+ssh://host-b%00/system", "qemu+ssh://host-b%/system", "qemu+ssh://host-b%2/system",
    "qemu+ssh://host-b%zz/system", "qemu+ssh://h%6Fst-b/system", "qemu+ssh://host-b\n/system",
    "qemu+ssh://host-b\r\n/system", "qemu+ssh://host-b\t/system", "qemu+ssh://host\x01/system",
    "qemu+ssh://host\x1b[0m/system", "qemu+ssh://host\x7f/system", "qemu+ssh://host-b/system\n",
    "qemu+ssh://host-b/system\r", "qemu+ssh://host-b/system\t", "\nqemu+ssh://host-b/system",
    "qemu+ssh://host-b;x/system", "qemu+ssh://host-b&x/system", "qemu+ssh://host-b|x/system",
    "qemu+ssh://host-b`id`/system", "qemu+ssh://$(id)/system", "qemu+ssh://host-b'/system",
    "qemu+ssh://host-b\"/system", "qemu+ssh://host-b<x>/system", "qemu+ssh://{host-b}/system",
    "qemu+ssh://host-b,host-c/system", "qemu+ssh://host-b*/system", "qemu+ssh://host-b!/system",
    "qemu+ssh://(host-b)/system", "qemu+ssh://host-b=/system", "qemu+ssh://host-b+/system",
    "qemu+ssh://h\xc3\xb6st/system", "qemu+ssh://host\xc2\xa0" "b/system", "qemu+ssh://host\xff/system",
    "qemu+ssh://\xef\xbc\xa8ost/system", "qemu+ssh://host\xe3\x80\x82" "example/system",
    "qemu+ssh://host\xe2\x80\xae/system", "qemu\xc2\xad+ssh://host-b/system",
    "qemu+ssh://host-b/system\xc2\xa0", "qemu+ssh://host-b\xef\xbc\x8fsystem/system",

    /* names that are no DNS names */
    "qemu+ssh://-host/system", "qemu+ssh://-oProxyCommand=x/system", "qemu+ssh://host-/system",
    "qemu+ssh://host-.example/system", "qemu+ssh://host.-example/system", "qemu+ssh://.host/system",
    "qemu+ssh://host./system", "qemu+ssh://host..example/system", "qemu+ssh://host.example./system",
    "qemu+ssh://host_b/system", "qemu+ssh://_ssh._tcp.example/system", "qemu+ssh://host~b/system",
    "qemu+ssh://a234567890123456789012345678901234567890123456789012345678901234/system",

    /* this machine by name */
    "qemu+ssh://localhost/system", "qemu+ssh://LOCALHOST/system", "qemu+ssh://LocalHost/system",
    "qemu+ssh://localhost./system", "qemu+ssh://LOCALHOST./system", "qemu+tls://localhost:16514/system",
    "qemu+ssh://localhost.localdomain/system", "qemu+ssh://localhost4/system",
    "qemu+ssh://localhost6.localdomain6/system", "qemu+ssh://localhost.example/system",
    "qemu+ssh://foo.localhost/system", "qemu+ssh://foo.LOCALHOST/system", "qemu+ssh://a.b.localhost/system",
    "qemu+ssh://foo.localhost.example/system", "qemu+ssh://ip6-localhost/system",
    "qemu+ssh://IP6-Loopback/system", "qemu+ssh://root@localhost/system", "qemu://localhost/system",

    /* numbers that getaddrinfo() takes for an address */
    "qemu+tls://1/system", "qemu+tls://0/system", "qemu+tls://127.1/system", "qemu+tls://127.0.1/system",
    "qemu+tls://1.2.3/system", "qemu+tls://2130706433/system", "qemu+tls://017700000001/system",
    "qemu+tls://0177.0.0.1/system", "qemu+tls://0x7f.1/system", "qemu+tls://0x7f.0.0.1/system",
    "qemu+tls://0X7F.0.0.1/system", "qemu+tls://0x7f000001/system", "qemu+tls://0x7F000001/system",
    "qemu+tls://192.0x0.2.1/system", "qemu+tls://192.0.0x201/system", "qemu+tls://0xc0000201/system",
    "qemu+tls://192.0.2.0x1/system", "qemu+tls://192.0.2.01/system", "qemu+tls://192.0.2.256/system",
    "qemu+tls://192.0.2/system", "qemu+tls://192.0.2.1.5/system", "qemu+tls://192.0.2.1./system",
    "qemu+tls://.192.0.2.1/system", "qemu+tls://192.0.2.-1/system", "qemu+tls://192.0.2.1-2/system",
    "qemu+tls://1-2/system", "qemu+tls://00/system", "qemu+tls://4294967295/system",

    /* addresses that nobody else can reach */
    "qemu+tls://127.0.0.1/system", "qemu+tls://127.0.0.1:16514/system", "qemu+tls://127.255.255.254/system",
    "qemu+tls://0.0.0.0/system", "qemu+tls://0.1.2.3/system", "qemu+tls://169.254.169.254/system",
    "qemu+tls://169.254.0.1/system", "qemu+tls://224.0.0.1/system", "qemu+tls://239.255.255.250/system",
    "qemu+tls://240.0.0.1/system", "qemu+tls://255.255.255.255/system", "qemu+ssh://root@127.0.0.1/system",
    "qemu+tls://[::]/system", "qemu+tls://[::1]/system", "qemu+tls://[::1]:16514/system",
    "qemu+tls://[0:0:0:0:0:0:0:1]/system", "qemu+tls://[0000::0001]/system", "qemu+tls://[::0.0.0.1]/system",
    "qemu+tls://[::127.0.0.1]/system", "qemu+tls://[::192.0.2.1]/system", "qemu+tls://[::ffff:127.0.0.1]/system",
    "qemu+tls://[::FFFF:127.0.0.1]/system", "qemu+tls://[::ffff:7f00:1]/system",
    "qemu+tls://[0:0:0:0:0:ffff:7f00:0001]/system", "qemu+tls://[::ffff:0.0.0.0]/system",
    "qemu+tls://[::ffff:169.254.169.254]/system", "qemu+tls://[::ffff:224.0.0.1]/system",
    "qemu+tls://[::ffff:0:127.0.0.1]/system", "qemu+tls://[64:ff9b::127.0.0.1]/system",
    "qemu+tls://[64:ff9b::a9fe:a9fe]/system", "qemu+tls://[2002:7f00:1::]/system",
    "qemu+tls://[2002:a9fe:a9fe::1]/system", "qemu+tls://[fe80::1]/system", "qemu+tls://[FE80::1]/system",
    "qemu+tls://[febf::1]/system", "qemu+tls://[ff02::1]/system", "qemu+tls://[ff05::1:3]/system",

    /* addresses written in a way that is none */
    "qemu+tls://[fe80::1%eth0]/system", "qemu+tls://[fe80::1%25eth0]/system",
    "qemu+tls://[2001:db8::1%1]/system", "qemu+tls://2001:db8::1/system", "qemu+tls://[2001:db8::1/system",
    "qemu+tls://2001:db8::1]/system", "qemu+tls://[2001:db8::1]]/system", "qemu+tls://[[2001:db8::1]]/system",
    "qemu+tls://[2001:db8::1]x/system", "qemu+tls://x[2001:db8::1]/system", "qemu+tls://[2001:db8::1]16514/system",
    "qemu+tls://[2001:db8:::1]/system", "qemu+tls://[2001:db8::1::2]/system", "qemu+tls://[2001:db8::g]/system",
    "qemu+tls://[1:2:3:4:5:6:7]/system", "qemu+tls://[1:2:3:4:5:6:7:8:9]/system", "qemu+tls://[12345::1]/system",
    "qemu+tls://[v1.fe80::1]/system", "qemu+tls://[192.0.2.1]/system", "qemu+tls://[host-b]/system",
    "qemu+tls://[2001:db8::1 ]/system", "qemu+tls://[ 2001:db8::1]/system", "qemu+tls://[2001%3Adb8::1]/system",
    "qemu+tls://[2001:db8::192.0.2]/system", "qemu+tls://[2001:db8::1]@x/system", "qemu+tls://[2001:db8::1]:16514]/system",
    "qemu+tls://192.0.2.1/24/system", "qemu+tls://[2001:db8::1/64]/system",

    /* two of them */
    "qemu:///system qemu:///system", "qemu+ssh://host-b/system,qemu+ssh://host-c/system",
    "qemu+ssh://host-b/systemqemu+ssh://host-c/system", "qemu+ssh://qemu+ssh://host-b/system",
    "qemu+ssh://host-b://host-c/system", "qemu+tls://host-b/system\nqemu+tls://host-c/system",
    "tcp://host-b:49152", "tcp:host-b:49152", "rdma://host-b/system", "xenmigr://host-b/system",

    /* other drivers: the same, and what they have not */
    "xen:///session", "xen:///", "xen+unix:///system", "xen+ext:///system?command=/x",
    "xen+ssh://host-b/system?command=/x", "xen+libssh2://host-b/system", "xen+tls://root@host-b/system",
    "xen+ssh://-oProxyCommand=x/system", "xen+https://host-b/system", "xen+tcp://localhost/system",
    "xen+ssh://host-b/system#x", "xen+ssh://host-b/../system", "vz:///session", "vz:///", "vz+unix:///system",
    "vz+ext:///system?command=/x", "vz+ssh://host-b/system?command=/x", "vz+libssh2://host-b/system",
    "vz+tls://root@host-b/system", "vz+ssh://-oProxyCommand=x/system", "vz+https://host-b/system",
    "vz+tcp://localhost/system", "vz+ssh://host-b/system#x", "vz+ssh://host-b/../system", "XEN:///system",
    "xen+SSH://host-b/system", "xenlight:///system", "xen:system", "xen:////system", "Vz:///system",
    "parallels:///system", "openvz:///system", "openvz://host-b/system", "openvz+tls://host-b/system",
    "openvz+tcp://host-b/system", "openvz+unix://host-b/system", "openvz+ssh:///system",
    "openvz+unix:///session", "openvz+ext:///system", "esx://root@host-b/", "gsx://root@host-b/",
    "vpx+https://root@vc/D/h", "vpx+tls://root@vc/D/h", "vpx+ssh://root@vc/D/h", "vpx+unix:///system",
    "vpx:///D/h", "vpx:///system", "vpx://vc/D/h", "vpx://root@vc/", "vpx://root@vc", "vpx://root@vc/D",
    "vpx://root@vc/D/", "vpx://root@vc//D/h", "vpx://root@vc/D//h", "vpx://root@vc/D/h/",
    "vpx://root@vc/D/../h", "vpx://root@vc/./h", "vpx://root@vc/D/h?no_verify=1",
    "vpx://root@vc/D/h?transport=http", "vpx://root@vc/D/h?proxy=evil.example:1080",
    "vpx://root@vc/D/h?authfile=/tmp/x", "vpx://root@vc/D/h?auto_answer=1", "vpx://root@vc/D/h#x",
    "vpx://root@vc/D h/x", "vpx://root@vc/%20D/h", "vpx://root@vc/D%20/h", "vpx://root@vc/D%2fx/h",
    "vpx://root@vc/D%2Fx/h", "vpx://root@vc/D%3fx/h", "vpx://root@vc/D%00/h", "vpx://root@vc/D%/h",
    "vpx://root@vc/D%2/h", "vpx://root@vc/D%2520x/h", "vpx://root@vc/D;x/h", "vpx://root@vc/D&x/h",
    "vpx://root@vc/D\\x/h", "vpx://root@vc/D:x/h", "vpx://root@vc/D@x/h", "vpx://root@vc/D'x/h",
    "vpx://root@vc/D$x/h", "vpx://root@vc/D\n/h", "vpx://root:secret@vc/D/h", "vpx://root%3asecret@vc/D/h",
    "vpx://root%40@vc/D/h", "vpx://%40x@vc/D/h", "vpx://a%40b%40c@vc/D/h", "vpx://a@b@vc/D/h",
    "vpx://a%41@vc/D/h", "vpx://DOM%5cuser@vc/D/h", "vpx://-l@vc/D/h", "vpx://@vc/D/h",
    "vpx://a%40localhost@vc/D/h", "vpx://root@localhost/D/h", "vpx://root@127.0.0.1/D/h",
    "vpx://root@169.254.169.254/D/h", "vpx://root@[::1]/D/h", "vpx://root@vc:0/D/h", "vpx://root@vc:443x/D/h",
    "vpx://root@2001:db8::1/D/h", "vpx://root@vc/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17",
    "VPX://root@vc/D/h", "qemu://root@vc/D/h", "vpxmigr://192.0.2.1/pool/host", "vzmigr://host-b",
    "ssh://host-b",
};

/* The same of host names: as an address in a host file or of AddHost(). */
static const char *const hostile_hosts[] = {
    /* options and commands of the programs that may get them */
    "-", "--", "-h", "-l", "-oProxyCommand=x", "-oProxyCommand=touch /tmp/x", "--help", "-4", "-.example",
    "host;id", "host&id", "host|id", "host`id`", "$(id)", "$HOST", "host\nid", "host id", "host\tid", "host'x",
    "host\"x", "host\\x", "host>x", "host<x", "host*", "host?", "host!", "host{a,b}", "(host)", "~host", "%h", "%n",
    "host%20x", "h%6fst", "host%00", "host%", "%s%n%s", "host#x", "host,host2", "host=x", "host+x",

    /* more than a host */
    "root@host", "@host", "host@", "root:secret@host", "host:22", "host:", ":22", "host/system", "/host", "host/",
    "//host", "../host", "host/..", "http://host", "qemu+ssh://host", "unix:/run/x", "/run/libvirt/libvirt-sock",
    "host?command=/x", "host?%63ommand=/x", "host&no_verify=1", "host;socket=/x", "192.0.2.1:22", "192.0.2.1/24",
    "[2001:db8::1]", "[2001:db8::1]:22", "[host]", "2001:db8::1]", "[2001:db8::1", "2001:db8::/32", "192.0.2.1-9",

    /* no DNS names */
    ".", "..", "...", ".host", "host.", "host..example", "host.example.", "host-", "host-.example", "host.-example",
    "host_b", "_ssh._tcp.example", "h\xc3\xb6st", "\xef\xbc\xa8ost", "host\xe3\x80\x82" "example", "host\xe2\x80\xae",
    "host\xc2\xa0" "b", "ho\xc2\xadst", "host\xef\xbc\x8f" "system", "host\x01", "host\x1b[0m", "host\x7f",
    "a234567890123456789012345678901234567890123456789012345678901234",

    /* this machine */
    "localhost", "LOCALHOST", "LocalHost", "localhost.localdomain", "localhost4", "localhost6.localdomain6",
    "localhost.example", "foo.localhost", "foo.LOCALHOST", "a.b.localhost", "ip6-localhost", "IP6-Loopback",
    "127.0.0.1", "127.1", "127.255.255.254", "0", "0.0.0.0", "0.1.2.3", "1", "127", "2130706433", "017700000001",
    "0177.0.0.1", "0x7f.1", "0x7f.0.0.1", "0X7F.0.0.1", "0x7f000001", "0x7F000001", "127.0x0.1", "127.0.0.0x1",
    "::", "::1", "0:0:0:0:0:0:0:1", "0000::0001", "::0.0.0.1", "::127.0.0.1", "::ffff:127.0.0.1", "::FFFF:127.0.0.1",
    "::ffff:7f00:1", "0:0:0:0:0:ffff:7f00:0001", "::ffff:0.0.0.0", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1",
    "2002:7f00:1::",

    /* what nobody else reaches, or everybody */
    "169.254.169.254", "169.254.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fe80::1",
    "FE80::1", "febf::1", "fe80::1%eth0", "fe80::1%25eth0", "2001:db8::1%1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "::ffff:224.0.0.1", "ff02::1", "ff05::1:3",

    /* no addresses */
    "1.2.3", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1.5", "192.0.2.1.", ".192.0.2.1", "192.0.2.-1",
    "192.0.0x201", "0xc0000201", "1-2", "00", "4294967295", "18446744073709551616", "2001:db8:::1", "2001:db8::1::2",
    "2001:db8::g", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::1", "v1.fe80::1", "::192.0.2.1", "2001:db8::192.0.2",
    "2001%3Adb8::1", ":", ":::", "::1::",
};
/* clang-format on */
