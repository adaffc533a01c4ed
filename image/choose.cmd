# Which slot starts (kiosk/box/slots.py is the same rule, and says why). In: devtype, devnum, scb_lba0, scb_lba1, scb_at (memory).
# Out: scb_order ("A B" or "B A"), scb_left. Numbers of setexpr are hexadecimal.
setenv k_copy 1; setenv k_seq 0; setenv k_first A; setenv k_left 0; setenv k_a good; setenv k_b bad; setenv k_found n
setenv scb_seq; setenv scb_first; setenv scb_left; setenv scb_a; setenv scb_b
if ${devtype} read ${scb_at} ${scb_lba0} 1; then
  if env import -c ${scb_at} 0x200 scb_seq scb_first scb_left scb_a scb_b; then
    setenv k_copy 0; setenv k_seq ${scb_seq}; setenv k_first ${scb_first}; setenv k_left ${scb_left}; setenv k_a ${scb_a}; setenv k_b ${scb_b}; setenv k_found y
  fi
fi
if ${devtype} read ${scb_at} ${scb_lba1} 1; then
  if env import -c ${scb_at} 0x200 scb_seq scb_first scb_left scb_a scb_b; then
    if test ${k_found} = n || test 0x${scb_seq} -gt 0x${k_seq}; then
      setenv k_copy 1; setenv k_seq ${scb_seq}; setenv k_first ${scb_first}; setenv k_left ${scb_left}; setenv k_a ${scb_a}; setenv k_b ${scb_b}
    fi
  fi
fi
if test ${k_first} = A; then setenv k_second B; setenv k_stands ${k_a}; else setenv k_second A; setenv k_stands ${k_b}; fi
setenv scb_order "${k_first} ${k_second}"; setenv k_write n
if test ${k_stands} = bad; then setenv scb_order "${k_second} ${k_first}"; fi
if test ${k_stands} = trying; then
  setenv k_write y
  if test ${k_left} -eq 0; then
    setenv scb_order "${k_second} ${k_first}"
    if test ${k_first} = A; then setenv k_a bad; else setenv k_b bad; fi
    setenv k_first ${k_second}
  else
    setexpr k_left ${k_left} - 1
  fi
fi
setenv scb_first ${k_first}; setenv scb_left ${k_left}; setenv scb_a ${k_a}; setenv scb_b ${k_b}
if test ${k_write} = y; then
  setexpr scb_seq 0x${k_seq} + 1
  if test ${k_copy} -eq 0; then setenv k_lba ${scb_lba1}; else setenv k_lba ${scb_lba0}; fi
  env export -c -s 0x200 ${scb_at} scb_seq scb_first scb_left scb_a scb_b
  if ${devtype} write ${scb_at} ${k_lba} 1; then true; else
    # What cannot be counted down could be tried for ever: the other one, then.
    if test "${scb_order}" = "${k_first} ${k_second}"; then setenv scb_order "${k_second} ${k_first}"; fi
  fi
fi
