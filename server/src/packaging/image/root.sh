#!/bin/sh
# Creates the root file system of the container image in target/image: a Java runtime with only the modules
# that the server uses, and the C library of this machine. The image has no shell and no package manager,
# and needs neither a base image nor a registry. Usage: root.sh JAVA_HOME TARGET
set -eu
java_home=$1
target=$2
root=$target/image
rm -rf "$root"
mkdir -p "$root/opt" "$root/etc" "$root/data" "$root/app/native" "$root/tmp"

"$java_home/bin/jlink" --output "$root/opt/java" --strip-java-debug-attributes --no-header-files --no-man-pages \
  --add-modules java.base,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.management,jdk.unsupported
# In Debian's JDK, the file of CA certificates is a link to the file of the machine.
cp --remove-destination --dereference "$java_home/lib/security/cacerts" "$root/opt/java/lib/security/cacerts"

# Done here, not in a temporary folder at each start, so that the root can be read-only.
case $(uname -m) in
  x86_64) sqlite=Linux/x86_64 ;;
  aarch64) sqlite=Linux/aarch64 ;;
  *) echo "root.sh: no image for $(uname -m)" >&2; exit 1 ;;
esac
(cd "$root/app/native" && "$java_home/bin/jar" xf "$target/adraa-inbox-server.jar" "org/sqlite/native/$sqlite/libsqlitejdbc.so")
mv "$root/app/native/org/sqlite/native/$sqlite/libsqlitejdbc.so" "$root/app/native/"
rm -r "$root/app/native/org"

java_lib=$root/opt/java/lib
ldd "$root/opt/java/bin/java" "$root"/app/native/*.so "$java_lib"/server/libjvm.so \
  "$java_lib"/libjava.so "$java_lib"/libjimage.so "$java_lib"/libnet.so "$java_lib"/libnio.so \
  "$java_lib"/libzip.so "$java_lib"/libmanagement*.so "$java_lib"/libinstrument.so |
  grep -oE '(=> )?/[^ ]+ \(' | grep -oE '/[^ ]+' | grep -v "^$root" | sort -u |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp --dereference "$library" "$root$library"
  done

# The locale C.UTF-8, without which Java cannot read arguments that are not ASCII.
mkdir -p "$root/usr/lib/locale"
cp -R /usr/lib/locale/C.utf8 "$root/usr/lib/locale/"

echo 'adraa:x:10001:10001::/data:/nonexistent' >"$root/etc/passwd"
echo 'adraa:x:10001:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
cat >"$root/app/adraa-inbox" <<'ARGUMENTS'
-XX:-UsePerfData
-XX:+ExitOnOutOfMemoryError
-Dorg.sqlite.lib.path=/app/native
-cp /app/classpath/*:/app/libs/*
ai.adraa.inbox.server.cli.Main
ARGUMENTS
# Sets permissions that do not depend on the umask or on the JDK's files.
find "$root" -type d -exec chmod 755 {} +
find "$root" -type f ! -perm -100 -exec chmod 644 {} +
find "$root" -type f -perm -100 -exec chmod 755 {} +
