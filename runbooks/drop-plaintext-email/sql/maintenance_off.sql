update service set maintenance = 0;
