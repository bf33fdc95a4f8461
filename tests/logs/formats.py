"""The reader of logs against the handbook, one rule a case: what goes in, and what has to come out (TAP).
Nothing here is taken from the code: input and output are written by hand."""
import gzip
import json
import os
import shutil
import subprocess
import sys

folder = sys.argv[1]
number = bad = 0


def check(name, got, want):
    global number, bad
    number += 1
    if got == want:
        print(f"ok {number} - {name}")
        return
    bad += 1
    print(f"not ok {number} - {name}\n# got:  {got}\n# want: {want}")


def write(name, data):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data.encode() if isinstance(data, str) else data)
    return path


def records(*args):
    run = subprocess.run(["amt-logview", "--records", *args], capture_output=True)
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


def report(*args):
    return json.loads(subprocess.run(["amt-logview", "--json", *args], capture_output=True).stdout)


def gives(name, data, want, *args, keys=("text",), file="x.log"):
    got = [tuple(r.get(k) for k in keys) for r in records(*args, write(file, data))]
    check(name, got, [w if isinstance(w, tuple) else (w,) for w in want])


DATE = "Wed Jan 14 13:43:12.123 2009"
GMT = DATE + " GMT Standard Time"


def server(text, when=GMT, component="C", thread="1 (0x1)"):
    return f"{text}  $$<{component}><{when}><thread={thread}>\r\n"


def ccm(text, time="13:43:12.123+000", date="01-14-2009", kind="1", thread="2436"):
    return (f'<![LOG[{text}]LOG]!><time="{time}" date="{date}" component="oobmgmt" context="" '
            f'type="{kind}" thread="{thread}" file="x.cpp:123">')


# 1.1 Server framing, its four generations.
gives("SMS 1.x: ~ ends lines and times, threads are hexadecimal",
      "Found ready instruction~   $$<SMS_DESPOOLER><Wed May 21 17:09:02 1997~><thread=DB>\r\n"
      "~Next line~~two  $$<SMS_X><Thu May 1 7:09:02 1997~><thread=0DB>\r\n",
      [("Found ready instruction", "SMS_DESPOOLER", 219, "1997-05-21T17:09:02"),
       ("Next line\ntwo", "SMS_X", 219, "1997-05-01T07:09:02")], keys=("text", "component", "thread", "time"))
gives("SMS 2.0 to 2007: zones in words, unpadded, odd components, 32-bit threads",
      server("one", "Fri Feb 13 8:13:13.819 2004 Central Standard Time", "SMS_AMT_OPERATION_MANAGER", "2436 (0x984)")
      + server("two", "Wed Jul 4 9:46:43.146 2001 Central Standard Time", "Hardware Inventory Agent",
               "4199866221 (0xFA54DF6D)")
      + server("three", "Wed Jul 04 09:46:43.146 2001 GMT Daylight Time", "C:\\WINNT\\MS\\SMS\\CLISVCL.EXE")
      + server("four", GMT, "SMS_X ")
      + server("with <a> >> $$x <<CLIEXCEPT>> $$<no>", DATE + " W. Europe Standard Time"),
      [("one", "SMS_AMT_OPERATION_MANAGER", 2436, "2004-02-13T08:13:13.819-06:00"),
       ("two", "Hardware Inventory Agent", 4199866221, "2001-07-04T09:46:43.146-05:00"),
       ("three", "C:\\WINNT\\MS\\SMS\\CLISVCL.EXE", 1, "2001-07-04T09:46:43.146+01:00"),
       ("four", "SMS_X ", 1, "2009-01-14T13:43:12.123Z"),
       ("with <a> >> $$x <<CLIEXCEPT>> $$<no>", "C", 1, "2009-01-14T13:43:12.123+01:00")],
      keys=("text", "component", "thread", "time"))
gives("clients of SMS 2.0: no zone; once a blank before >",
      server("c1", "Thu Mar 18 15:06:47.218 1999") + server("c2", "Thu Mar 18 15:06:47.218 1999 "),
      [("c1", "1999-03-18T15:06:47.218"), ("c2", "1999-03-18T15:06:47.218")], keys=("text", "time"))
BIASES = {"-60": "+01:00", "+000": "Z", "+300": "-05:00", "-330": "+05:30", "-480": "+08:00", "+00": "Z", "+210": "-03:30"}
gives("2012 and later: UTC = local + bias", "".join(server("t", "11-30-2022 01:03:34.174" + b) for b in BIASES),
      ["2022-11-30T01:03:34.174" + z for z in BIASES.values()], keys=("time",))

# 1.2 CCM framing.
gives("CCM: back to back, empty, many lines, fractions, damaged biases, any order, [<![LOG[",
      ccm("a") + ccm("b") + "\r\n" + ccm("") + "\r\n" + ccm('multi\r\nline ] "q"\r\nthree') + "\r\n"
      + ccm("seven", "13:43:12.1234567") + "\r\n" + ccm("bare", kind="", thread="") + "\r\n"
      + ccm("glued", "13:43:12.123600") + "\r\n" + ccm("blank", "13:43:12.123 600") + "\r\n"
      + ccm("signs", "13:43:12.123+-420") + "\r\n" + ccm("perth", "13:43:12.123-480") + "\r\n"
      + ccm("unpadded", date="1-2-2015") + "\r\n"
      '<![LOG[any order]LOG]!><component="k" file="y.cpp:7" thread="9" type="3" date="01-14-2009" '
      'time="13:43:12.123-330" context="">\r\n'
      '[<![LOG[bracket]LOG]!><time="13:43:12.123+000" date="01-14-2009" component="c" context="" type="2" thread="1" '
      'file="">\r\n',
      [("a", "2009-01-14T13:43:12.123Z", 2436, "info"), ("b", "2009-01-14T13:43:12.123Z", 2436, "info"),
       ("", "2009-01-14T13:43:12.123Z", 2436, "info"),
       ('multi\nline ] "q"\nthree', "2009-01-14T13:43:12.123Z", 2436, "info"),
       ("seven", "2009-01-14T13:43:12.123456", 2436, "info"), ("bare", "2009-01-14T13:43:12.123Z", None, "info"),
       ("glued", "2009-01-14T13:43:12.123", 2436, "info"), ("blank", "2009-01-14T13:43:12.123", 2436, "info"),
       ("signs", "2009-01-14T13:43:12.123", 2436, "info"), ("perth", "2009-01-14T13:43:12.123+08:00", 2436, "info"),
       ("unpadded", "2015-01-02T13:43:12.123Z", 2436, "info"),
       ("any order", "2009-01-14T13:43:12.123+05:30", 9, "error"),
       ("bracket", "2009-01-14T13:43:12.123Z", 1, "warning")], keys=("text", "time", "thread", "severity"))
gives("CCM: a first record without its start, one without its end, a cut last one",
      "tail of a lost start" + ccm("").replace("<![LOG[", "") + "\r\n<![LOG[no end\r\n" + ccm("next")
      + "\r\n<![LOG[last cut", ["tail of a lost start", "no end", "next", "last cut"])
gives("CCM: line ends within the attributes",
      ccm("a").replace(" date=", "\r\ndate=") + "\r\n" + ccm("b").replace("12.123", "12.1\r\n23") + "\r\n" + ccm("c") + "\r\n",
      [(t, "2009-01-14T13:43:12.123Z") for t in "abc"], keys=("text", "time"))
gives("CCM: types, and none", ccm("ok", kind="0") + "\r\n" + ccm("Error: bad", kind="") + "\r\n" + ccm("w", kind="2") + ccm("e", kind="3"),
      ["info", "error", "warning", "error"], keys=("severity",))

# 1.3 Pasted text.
PASTED = "a\tC\t03/04/2009 13:43:12\t1 (0x0001)\r\n"
gives("pasted: --date-order mdy", PASTED, ["2009-03-04T13:43:12"], "--date-order", "mdy", keys=("time",))
gives("pasted: --date-order dmy", PASTED, ["2009-04-03T13:43:12"], "--date-order", "dmy", keys=("time",))
gives("pasted: a field over 12 settles it for the file", PASTED + PASTED.replace("/04/", "/25/"),
      ["2009-03-04T13:43:12", "2009-03-25T13:43:12"], keys=("time",))
gives("pasted: the furniture of a screen is skipped",
      "SMS Trace - [C:\\amtopmgr.log]\r\nFile Tools Window Help\r\nLog Text\r\n"
      "Provision task begin      SMS_AMT_OPERATION_MANAGER      14/01/2009 13:43:12      2436 (0x0984)\r\n"
      "Date/Time: 14/01/2009 13:43:12   Component: SMS_AMT\r\nThread: 2436 (0x984) Source:\r\n"
      "Elapsed time is 87h 31m 8s 65ms (315068.065 seconds)\r\n", [("Provision task begin", 2436)],
      keys=("text", "thread"))
gives("pasted: the date first, AM and PM", "2/13/2004 8:13:13 AM\tCcmExec started\tCcmExec\t2436 (0x0984)\r\n",
      [("CcmExec started", "2004-02-13T08:13:13")], keys=("text", "time"))
check("pasted: nothing tells day from month, and it is said",
      ["--date-order" in n["text"] for n in report(write("x.log", PASTED))["notes"]], [True])
for date in ("2009-01-14", "2009/1/14", "14.01.2009", "14-01-2009", "1/14/2009"):
    gives("pasted: " + date, f"a\tC\t{date} 13:43:12\t1 (0x0001)\r\n", [("a", "2009-01-14T13:43:12")], keys=("text", "time"))

# 1.4 Encodings.
for encoding, mark in (("utf-8", b"\xef\xbb\xbf"), ("utf-8", b""), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"),
                       ("utf-16-le", b""), ("utf-16-be", b"")):
    gives(f"{encoding}, {'with' if mark else 'without'} a mark",
          mark + (server("Grüße 日本") + server("zwei")).encode(encoding), ["Grüße 日本", "zwei"])
for page, text, args in (("cp1252", "Überprüfung fehlgeschlagen", ()), ("cp1251", "Ошибка доступа", ("--codepage", "CP1251")),
                         ("cp932", "証明書の検証に失敗しました ソ~表", ("--codepage", "CP932")),
                         ("cp949", "인증서", ("--codepage", "CP949"))):
    gives(page, server(text).encode(page), [text], *args)
for page, text, zone, offset in (("cp932", "証明書", "東京 (標準時)", "+09:00"), ("cp1251", "Ошибка", "Московское время (зима)", "+03:00"),
                                 ("cp1251", "Ошибка", "Московское время (лето)", "+04:00"),
                                 ("cp1252", "Prüfung", "Mitteleuropäische Sommerzeit", "+02:00"),
                                 ("cp1252", "Prüfung", "Mitteleuropäische Zeit", "+01:00")):
    gives(f"{page} by its zone's name", server(text, DATE + " " + zone).encode(page),
          [(text, "2009-01-14T13:43:12.123" + offset)], keys=("text", "time"))
gives("a tail of NUL", server("a").encode() + b"\0" * 5000, ["a"])

# Damage: nothing that can be read is dropped, neighbours stay whole.
for name, damaged in (("one dollar", server("x").replace("$$", "$")), ("component not closed", server("x").replace("C><", "C<")),
                      (">> before thread", server("x").replace("><thread", ">>thread")),
                      ("<BR/> glued on", server("x").replace("\r", "<BR/>\r")),
                      ("metadata on its own line", server("x").replace("x  ", "x\r\n  ")),
                      ("wrapped in the date", server("x").replace(".123 ", ".123\r\n")),
                      ("wrapped in the thread", server("x").replace("1 (", "1\r\n("))):
    gives("damage: " + name, server("before") + damaged + server("after"),
          [("before", "2009-01-14T13:43:12.123Z"), ("x", "2009-01-14T13:43:12.123Z"),
           ("after", "2009-01-14T13:43:12.123Z")], keys=("text", "time"))
# A fixed width breaks lines at any character: behind "$$<", in the time, in the thread.
tail = server("x", component="SMS_X")
broken = [tail[:i] + "\r\n" + tail[i:] for i in range(6, len(tail) - 2) if not 6 < i < 12 and " " not in tail[i - 1:i + 1]]
gives("damage: line ends in the middle of words", "".join(b + server("after") for b in broken),
      [(t, "2009-01-14T13:43:12.123Z") for _ in broken for t in ("x", "after")], keys=("text", "time"))
gives("two records on a line", server("a").strip() + server("b"), ["a", "b"])
gives("half a record at either end", "alf a record" + server("") + server("b") + server("c")[:-40],
      ["alf a record", "b", "c"])
check("and they are counted", report(write("x.log", server("b") + server("c")[:-40]))["facts"]["files"][0]["damage"],
      {"cut": 1})
MARKER = "<MAXIMUM LOG FILE SIZE REACHED - FILE RENAMED>"
gives("the marker of a rolled-over file", server("a") + MARKER + "\r\n", ["a", MARKER])
check("a record of a million characters", [len(r["text"]) for r in records(write("x.log", server("y" * 1000000)
                                                                                 + server("z")))], [1000000, 1])
gives("formats mixed in a file",
      server("s2") + ccm("c") + "\r\n" + server("s4", "11-30-2022 01:03:34.174-60") + "p" + PASTED
      + server("s3", "Thu Mar 18 15:06:47.218 1999"), ["s2", "c", "s4", "pa", "s3"])


# Time.
def status(local, gmt):
    return server(f'STATMSG: ID=523 SEV=I LEV=M SOURCE="SMS Server" COMP="SMS_X" SYS=S1 SITE=ABC PID=1 TID=1 '
                  f'GMTDATE={gmt} ISTR0="" ISTR1="" NUMATTRS=0', local + " Central Standard Time")


LATER = server("x", "Wed Jul 4 10:46:43.146 2001 Central Standard Time")
gives("GMTDATE says daylight time", status("Wed Jul 4 9:46:43.146 2001", "Wed Jul 04 14:46:43.146 2001") + LATER,
      ["2001-07-04T09:46:43.146-05:00", "2001-07-04T10:46:43.146-05:00"], keys=("time",))
gives("GMTDATE says standard time in summer", status("Wed Jul 4 9:46:43.146 2001", "Wed Jul 04 15:46:43.146 2001") + LATER,
      ["2001-07-04T09:46:43.146-06:00", "2001-07-04T10:46:43.146-06:00"], keys=("time",))
ATLANTIS = server("x", "Wed Jul 4 10:46:43.146 2001 Atlantis Time")
for tz, offset in (("", ""), ("+02:00", "+02:00"), ("-60", "+01:00"), ("UTC", "Z"), ("W. Europe Standard Time", "+02:00")):
    gives(f"an unknown zone, --tz '{tz}'", ATLANTIS, ["2001-07-04T10:46:43.146" + offset],
          *(("--tz", tz) if tz else ()), keys=("time",))
BIASED = server("x", "11-30-2022 01:03:34.174-60")
gives("--utc", BIASED + LATER + ATLANTIS, ["2022-11-30T00:03:34.174Z", "2001-07-04T15:46:43.146Z", "2001-07-04T10:46:43.146"],
      "--utc", keys=("time",))
gives("--tz rules over a bias", BIASED, ["2022-11-30T01:03:34.174+05:30"], "--tz", "+05:30", keys=("time",))
one = write("m1.log", server("A1", "11-30-2022 01:00:00.000-60") + server("A2", "11-30-2022 01:00:02.000-60"))
two = write("m2.log", server("B1", "11-30-2022 00:00:00.000+000") + server("B2", "11-30-2022 00:00:01.000+000"))
check("logs are merged by UTC, ties by file order", [r["text"] for r in records(one, two)], ["A1", "B1", "B2", "A2"])
check("and the other way round", [r["text"] for r in records(two, one)], ["B1", "A1", "B2", "A2"])

# Rolled-over and packed files.
for order, name in enumerate(("-20090111-101010.log", "-20090112-101010.log", ".log.10", ".log.2", ".log.1", ".lo_", ".log")):
    write("set/Amtopmgr" + name, server(str(order)))
check("rolled-over files, oldest first", [r["text"] for r in records(os.path.join(folder, "set"))], list("0123456"))
for name in ("set", "set/Amtopmgr.log", "set/../set/./Amtopmgr.log"):
    check(f"a log is read once, in its folder and as {name}",
          [r["text"] for r in records(os.path.join(folder, "set"), os.path.join(folder, name))], list("0123456"))
plain = write("p.log", server("a") + server("b"))
with open(plain, "rb") as f:
    packed = write("p.gz", gzip.compress(f.read()))
check("gzip", [r["text"] for r in records(packed)], ["a", "b"])
if shutil.which("zstd"):
    subprocess.run(["zstd", "-qf", plain], check=True)
    check("zstd", [r["text"] for r in records(plain + ".zst")], ["a", "b"])

print(f"1..{number}")
sys.exit(bad > 0)
