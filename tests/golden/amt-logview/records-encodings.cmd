for f in german-1252 russian-1251 japanese-932 korean-949 german-utf16le german-utf16be-nomark german-utf8-mark; do amt-logview --records captures/logs/$f.log; done
