amt-dnscheck --mac 00:11 --dhcp eth0
