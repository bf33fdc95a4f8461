cd captures/logs && amt-logview --records --raw --grep 'Wakes|Found one|second' damaged.log server-2007.log rolled.lo_ rolled.log
