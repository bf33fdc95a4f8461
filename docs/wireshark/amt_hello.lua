-- Wireshark dissector for the hello message of Intel AMT (TCP port 9971), fields amt_hello.*
-- Install: copy to the personal Lua plugin folder (Help > About > Folders), or: tshark -X lua_script:amt_hello.lua
-- Layout: 24 bytes of header, then version 2: a PID of 8 characters; version 3: a count and {type, length, hash} records.
-- All integers are little-endian. Other versions show their bytes: nobody has documented them.

local amt = Proto("amt_hello", "Intel AMT Hello")

local versions = { [1] = "legacy", [2] = "PSK", [3] = "PKI" }
local types = { [0] = "MD5", [1] = "SHA-1", [2] = "SHA-256", [3] = "SHA-384 or SHA-512 (sources differ)" }
local by_length = { [16] = "MD5", [20] = "SHA-1", [32] = "SHA-256", [48] = "SHA-384", [64] = "SHA-512" }
local of_type = { [0] = 16, [1] = 20, [2] = 32 }

local f = {
	credentials = ProtoField.uint16("amt_hello.credentials", "Admin credentials set", base.DEC),
	version = ProtoField.uint16("amt_hello.version", "Interface version", base.DEC, versions),
	retry = ProtoField.uint32("amt_hello.retry", "Retry count", base.DEC),
	uuid = ProtoField.string("amt_hello.uuid", "UUID"),
	pid = ProtoField.string("amt_hello.pid", "PID"),
	count = ProtoField.uint8("amt_hello.hash_count", "Hash records", base.DEC),
	hash = ProtoField.bytes("amt_hello.hash", "Root hash"),
	hash_type = ProtoField.uint8("amt_hello.hash.type", "Type", base.DEC, types),
	hash_length = ProtoField.uint8("amt_hello.hash.length", "Length", base.DEC),
	algorithm = ProtoField.string("amt_hello.hash.algorithm", "Algorithm (by length)"),
	body = ProtoField.bytes("amt_hello.body", "Body, layout unknown"),
}
amt.fields = {
	f.credentials, f.version, f.retry, f.uuid, f.pid, f.count, f.hash, f.hash_type, f.hash_length, f.algorithm, f.body,
}

local e = {
	pid = ProtoExpert.new("amt_hello.bad_pid", "PID holds characters other than A-Z and 0-9", expert.group.PROTOCOL,
		expert.severity.WARN),
	type = ProtoExpert.new("amt_hello.type_length", "Hash type and length disagree", expert.group.PROTOCOL,
		expert.severity.WARN),
	none = ProtoExpert.new("amt_hello.no_hashes", "The hash list is empty: no root can match", expert.group.PROTOCOL,
		expert.severity.WARN),
	retry = ProtoExpert.new("amt_hello.retry_high", "Retry count above the documented 0-14", expert.group.PROTOCOL,
		expert.severity.NOTE),
}
amt.experts = { e.pid, e.type, e.none, e.retry }

-- The first three groups are little-endian, as SMBIOS writes them.
local function uuid_text(b)
	local order = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 }
	local s = ""
	for i, k in ipairs(order) do
		if i == 5 or i == 7 or i == 9 or i == 11 then
			s = s .. "-"
		end
		s = s .. string.format("%02x", b(k, 1):uint())
	end
	return s
end

-- Whether these bytes can be the beginning of a hello at all.
local function plausible(b)
	return b:len() >= 8 and b(0, 2):le_uint() <= 1 and b(2, 2):le_uint() >= 1 and b(2, 2):le_uint() <= 16 and
		b(4, 4):le_uint() <= 255
end

-- Bytes the message has, or nil while that cannot be told from what is there.
local function message_length(b)
	if b:len() < 24 then
		return nil
	end
	local version = b(2, 2):le_uint()
	if version == 2 then
		return 32
	end
	if version ~= 3 then
		return b:len()
	end
	if b:len() < 25 then
		return nil
	end
	local at = 25
	for _ = 1, b(24, 1):uint() do
		if b:len() < at + 2 then
			return nil
		end
		at = at + 2 + b(at + 1, 1):uint()
	end
	return at
end

local function hashes(b, tree)
	local n = b(24, 1):uint()
	local item = tree:add(f.count, b(24, 1))
	local at = 25
	if n == 0 then
		item:add_proto_expert_info(e.none)
	end
	for i = 1, n do
		local kind, length = b(at, 1):uint(), b(at + 1, 1):uint()
		local name = by_length[length] or "unknown"
		local record = tree:add(amt, b(at, 2 + length), string.format("Hash %d: %s", i, name))
		local kind_item = record:add(f.hash_type, b(at, 1))
		record:add(f.hash_length, b(at + 1, 1))
		record:add(f.algorithm, b(at + 1, 1), name):set_generated()
		if length > 0 then
			record:add(f.hash, b(at + 2, length))
		end
		if of_type[kind] and of_type[kind] ~= length then
			kind_item:add_proto_expert_info(e.type)
		end
		at = at + 2 + length
	end
end

local function dissect_one(b, pinfo, tree)
	local version = b(2, 2):le_uint()
	local top = tree:add(amt, b, "Intel AMT Hello, " .. (versions[version] or ("version " .. version)))
	top:add_le(f.credentials, b(0, 2))
	top:add_le(f.version, b(2, 2))
	local retry = top:add_le(f.retry, b(4, 4))
	if b(4, 4):le_uint() > 14 then
		retry:add_proto_expert_info(e.retry)
	end
	top:add(f.uuid, b(8, 16), uuid_text(b(8, 16)))
	local info = "Hello"
	if version == 2 then
		local pid = b(24, 8):string()
		local item = top:add(f.pid, b(24, 8), pid:sub(1, 4) .. "-" .. pid:sub(5))
		if not pid:match("^[A-Z0-9]+$") then
			item:add_proto_expert_info(e.pid)
		end
		info = "Hello PSK, PID " .. pid:sub(1, 4) .. "-" .. pid:sub(5)
	elseif version == 3 then
		hashes(b, top)
		info = "Hello PKI, " .. b(24, 1):uint() .. " hashes"
	elseif b:len() > 24 then
		top:add(f.body, b(24))
	end
	pinfo.cols.protocol = "AMT-HELLO"
	pinfo.cols.info = info .. ", retry " .. b(4, 4):le_uint()
end

function amt.dissector(buffer, pinfo, tree)
	local at = 0
	while at < buffer:len() do
		local rest = buffer(at):tvb()
		if rest:len() < 8 then
			pinfo.desegment_offset, pinfo.desegment_len = at, DESEGMENT_ONE_MORE_SEGMENT
			return buffer:len()
		end
		if not plausible(rest) then
			return at
		end
		local length = message_length(rest)
		if not length or length > rest:len() then
			pinfo.desegment_offset = at
			pinfo.desegment_len = length and length - rest:len() or DESEGMENT_ONE_MORE_SEGMENT
			return buffer:len()
		end
		dissect_one(rest(0, length):tvb(), pinfo, tree)
		at = at + length
	end
	return at
end

DissectorTable.get("tcp.port"):add(9971, amt)
