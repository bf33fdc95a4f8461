cd captures/logs && amt-logview --records --raw --tz +02:00 sms1.log; amt-logview --records --raw --tz 'Eastern Standard Time' sms1.log
